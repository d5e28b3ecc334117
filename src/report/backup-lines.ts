import type { RunRecord } from '../domain/run.ts';
import { skewOf } from '../domain/skew.ts';
import type { Consistency } from '../domain/words.ts';
import type { BackupLine } from './report.ts';
import { factsOf, stepsCalling } from './steps.ts';

const ends = (shows: Consistency | undefined): Pick<BackupLine, 'from' | 'to'> => {
  if (shows === undefined) return { from: null, to: null };
  return shows.kind === 'point-in-time' ? { from: shows.at, to: shows.at } : { from: shows.from, to: shows.to };
};

const taken = (record: RunRecord) =>
  stepsCalling(record, 'takeSnapshot').flatMap(({ step, record: done }) => {
    if (step.kind !== 'do' || step.run.verb !== 'takeSnapshot' || done?.state !== 'done') return [];
    const { site, set } = step.run.with;
    return [{ target: site.place.target, set, fact: factsOf(done)[0] }];
  });

/** The sets that a run took and proved. */
export const backupLines = (record: RunRecord): BackupLine[] =>
  taken(record).map(({ target, set, fact }) => ({
    target,
    set,
    ...ends(fact?.shows),
    objects: fact?.objects ?? null,
    rows: fact?.rows ?? null,
    bytes: fact?.bytes ?? null,
    storedBytes: fact?.storedBytes ?? null,
  }));

/** How far apart the sets of a run are: those it took, or else those it restored. */
export const skewOfRun = (record: RunRecord): number | null => {
  const shown = taken(record).flatMap(({ fact }) => fact?.shows ?? []);
  return skewOf(shown.length > 0 ? shown : record.plan.sets.map(({ consistency }) => consistency));
};
