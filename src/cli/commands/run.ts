import type { Act } from '../commands.ts';
import { launch } from '../runs/launch.ts';

/** `dr run <runbook>`: without a mode it only plans. */
export const run: Act = (session, [runbook = ''], options) => launch(session, runbook, options);
