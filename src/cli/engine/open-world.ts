import { openWorld as open, secretsOf } from '../../../activities/open-world.ts';
import type { World } from '../../../activities/world.ts';
import { parallel, type Session } from '../session.ts';

/** What engine commands reach: the estate, its vault and its stores, and nothing of Temporal. Its secrets are hidden. */
export const openWorld = async (session: Session): Promise<World> => {
  const estate = await session.estate();
  const secrets = secretsOf(estate);
  session.hide(secrets);
  return { ...(await open(estate, secrets)), parallel };
};
