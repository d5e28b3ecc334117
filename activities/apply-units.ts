import prettyBytes from 'pretty-bytes';
import { cutBatch, parallelOf } from '../src/domain/batches.ts';
import type { Unit } from '../src/stores/port.ts';
import { eachBounded } from './each-bounded.ts';
import { metaOf, openSet, unitsOf, writerOf } from './set.ts';
import { openSite } from './site.ts';
import { verb } from './verb.ts';

/**
 * Applies one batch of a stage. Units that the ledger holds are skipped; each other one commits with its ledger row, so
 * that a killed batch loses the units in flight and nothing else. After a failure no further unit begins.
 */
export const applyUnits = verb('applyUnits', async (job, { site, set, stage, batch, batches }) => {
  const { world, work } = job;
  const reader = await openSet(job, site, set);
  const meta = await metaOf(reader);
  await using open = await openSite(job, site);
  const by = writerOf(job, site, reader);

  const units = cutBatch(unitsOf(open.kind, meta, stage), batch, batches);
  const ledger = await open.place.ledger(by);
  const left = units.filter((unit) => !ledger.has(unit.id));
  const says = `${stage}, batch ${batch + 1} of ${batches}`;
  const totalBytes = left.reduce((sum, unit) => sum + unit.bytes, 0);
  const done = { applied: 0, rows: 0, bytes: 0 };

  const apply = async (unit: Unit): Promise<void> => {
    work.signal.throwIfAborted();
    const { wasApplied, rows, bytes } = await open.place.restore(unit, meta, reader, by);
    if (wasApplied) done.applied += 1;
    done.rows += rows;
    done.bytes += bytes;
    work.beat({ says: `${says}: ${unit.says}`, bytes: done.bytes, totalBytes });
  };
  await eachBounded(left, parallelOf(stage, world.parallel), apply);

  const endedAt = world.now();
  return {
    ...done,
    says: `${says}: ${done.applied} of ${units.length} units applied, ${prettyBytes(done.bytes)}`,
    skipped: units.length - done.applied,
    ...(stage === 'finish' ? { stamps: { dataBack: { at: endedAt, source: 'history' as const } } } : {}),
  };
});
