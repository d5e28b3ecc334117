import prettyBytes from 'pretty-bytes';
import type { Act } from '../commands.ts';
import { findSet } from '../engine/find-set.ts';
import { openWorld } from '../engine/open-world.ts';
import { startWork } from '../session.ts';

/** `dr verify <set>`: every damage is listed before it fails. */
export const verify: Act = async (session, [name = '']) => {
  const world = await openWorld(session);
  const { manifest } = await findSet(world, name);
  const { set, target } = manifest;
  using running = startWork(session);
  const reader = await world.vault.open(target, set, running.work);
  const damages: { stream: string; damage: string }[] = [];
  let bytes = 0;
  const progress = (read: number, totalBytes: number): void => {
    bytes = read;
    running.work.beat({ says: `checking ${set}`, bytes, totalBytes });
  };
  for await (const damage of reader.check(progress)) damages.push(damage);

  const isWhole = damages.length === 0;
  const lines = damages.map(({ stream, damage }) => `  ${stream}: ${damage}`);
  return {
    json: { set, target, digest: reader.digest, isWhole, bytes, damages },
    text: isWhole
      ? `set ${set} of ${target} is whole: ${prettyBytes(bytes)} authenticated`
      : [`set ${set} of ${target} is DAMAGED in ${damages.length} places:`, ...lines].join('\n'),
    exit: isWhole ? 0 : 1,
  };
};
