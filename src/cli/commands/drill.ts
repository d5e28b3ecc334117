import type { Act } from '../commands.ts';
import { launch } from '../runs/launch.ts';

/** `dr drill`: rehearses on a scratch place. The only target of an estate need not be named. */
export const drill: Act = async (session, _args, options) => {
  const only = options.target === undefined ? Object.keys((await session.estate()).targets) : [];
  const target = only.length === 1 ? { target: only[0] } : {};
  return launch(session, 'runDrill', { ...options, ...target, mode: 'drill' });
};
