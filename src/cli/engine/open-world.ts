import { openWorld as open } from '../../../activities/open-world.ts';
import type { World } from '../../../activities/world.ts';
import { parallel, type Session } from '../session.ts';

/** What engine commands reach: the estate, its vault and its stores, and nothing of Temporal. Its secrets are hidden. */
export const openWorld = async (session: Session): Promise<World> => {
  const world = await open(await session.estate());
  session.hide(world.secrets);
  return { ...world, parallel };
};
