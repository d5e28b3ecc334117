import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import type { Act } from '../commands.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openWorld } from '../engine/open-world.ts';
import { sayConsistency, summarise } from '../engine/summarise.ts';

/** `dr sets [target]`: newest last, every manifest authenticated on the way. */
export const sets: Act = async (session, [name]) => {
  const estate = await session.estate();
  const targets = name === undefined ? Object.keys(estate.targets) : [knownTarget(estate, name).id];
  const { vault } = await openWorld(session);
  const listed = [];
  for (const target of targets) {
    for (const { manifest, digest, bytes, storedBytes } of await vault.sets(target)) {
      listed.push({ ...summarise(manifest, digest, bytes), storedBytes });
    }
  }
  const isCarrying = listed.some(({ carried }) => carried.length > 0);
  const rows = listed.map((one) => [
    one.target,
    one.set,
    sayConsistency(one.consistency),
    String(one.objects),
    String(one.rows),
    prettyBytes(one.bytes),
    prettyBytes(one.storedBytes),
    ...(isCarrying ? [one.carried.map(({ path }) => path).join(', ')] : []),
  ]);
  const head = [
    'target',
    'set',
    'shows',
    'objects',
    'rows',
    'size',
    'stored',
    ...(isCarrying ? ['carried along'] : []),
  ];
  return {
    json: { vault: vault.says, sets: listed },
    text:
      rows.length === 0
        ? `no sets of ${targets.join(', ')} in ${vault.says}; take one: dr snapshot ${targets[0]}`
        : markdownTable([head, ...rows], { align: ['l', 'l', 'l', 'r', 'r', 'r', 'r', ...(isCarrying ? ['l'] : [])] }),
  };
};
