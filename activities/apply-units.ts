import prettyBytes from 'pretty-bytes';
import { cutBatch, parallelOf } from '../src/domain/batches.ts';
import { applyEach, tallyOf } from './apply-each.ts';
import { metaOf, openSet, unitsOf, writerOf } from './set.ts';
import { openSite } from './site.ts';
import { verb } from './verb.ts';

/**
 * Applies one batch of a stage. Units that the ledger holds are skipped; each other one commits with its ledger row, so
 * that a killed batch loses the units in flight and nothing else. After a failure no further unit begins.
 */
export const applyUnits = verb('applyUnits', async (job, { site, set, stage, batch, batches }) => {
  const { world } = job;
  const reader = await openSet(job, site, set);
  const meta = await metaOf(reader);
  await using open = await openSite(job, site);
  const by = writerOf(job, site, reader);

  const units = cutBatch(unitsOf(open.kind, meta, stage), batch, batches);
  const ledger = await open.place.ledger(by);
  const left = units.filter((unit) => !ledger.has(unit.id));
  const tally = tallyOf(left);
  await applyEach(job, { open, reader, meta, by }, left, parallelOf(stage, world.parallel), tally);

  const { applied, rows, bytes } = tally;
  return {
    applied,
    rows,
    bytes,
    says: `${stage}, batch ${batch + 1} of ${batches}: ${applied} of ${units.length} units applied, ${prettyBytes(bytes)}`,
    skipped: units.length - applied,
    ...(stage === 'finish' ? { stamps: { dataBack: { at: world.now(), source: 'history' as const } } } : {}),
  };
});
