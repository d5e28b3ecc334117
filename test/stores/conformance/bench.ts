import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { RestoreSelection, Source } from '../../../src/domain/data.ts';
import { type Mark, type Role, type Stage, stages } from '../../../src/domain/words.ts';
import type { Applied, Place, Progress, Snapshot, Unit, Work, Writer } from '../../../src/stores/port.ts';
import { type MemoryVault, memoryVault } from '../../support/memory-vault.ts';
import { type Harness, hostileNames, hostileRows, type Lab, type Row } from './harness.ts';

/** The set that most tests restore: taken once, never changed. */
export interface Original<Meta> {
  url: string;
  contents: ReadonlyMap<string, readonly Row[]>;
  vault: MemoryVault;
  snapshot: Snapshot<Meta>;
  /** As a manifest gives it back: meta has to survive JSON. */
  meta: Meta;
  units: readonly Unit[];
}

/** What every chapter of the suite works with. */
export interface Bench<Meta> {
  harness: Harness<Meta>;
  readonly lab: Lab;
  readonly original: Original<Meta>;
  /** Opens a place until the end of the test. */
  open(url: string, work?: Partial<Work>): Promise<Place<Meta>>;
  /** A new empty place that bears a mark, open until the end of the test. */
  target(epoch?: number): Promise<{ url: string; place: Place<Meta>; mark: Mark }>;
  units(meta: Meta, selection?: RestoreSelection): Unit[];
  /** What the writer selects of a set into a place that has begun, stage after stage; data units in random order. */
  restoreAll(place: Place<Meta>, meta: Meta, from: Source, by: Writer): Promise<Applied[]>;
}

export const markOf = (epoch = 1, role: Role = 'beside'): Mark => ({
  id: randomUUID(),
  target: 'orders-db',
  role,
  epoch,
  run: `run-${randomUUID()}`,
});

export const writerOf = (epoch = 1): Writer => ({ run: `run-${randomUUID()}`, set: 'a'.repeat(64), epoch });

export const workOf = (work: Partial<Work> = {}): Work => ({
  signal: new AbortController().signal,
  beat: (_progress: Progress) => {},
  parallel: 2,
  ...work,
});

export const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

export const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const contentsOf = ({
  longestName,
  bigRows,
  hasNoEmpty,
  slow,
}: Pick<Harness<unknown>, 'longestName' | 'bigRows' | 'hasNoEmpty' | 'slow'>): ReadonlyMap<string, readonly Row[]> =>
  new Map<string, readonly Row[]>([
    ['orders', Array.from({ length: 40 }, (_, n): Row => [`order-${n}`, n % 7 === 0 ? null : `value ${n}`])],
    ['twins', [...Array.from({ length: 9 }, (): Row => ['same', 'row']), ['other', null], ['other', null]]],
    ...(hasNoEmpty ? [] : [['nothing', []] as [string, Row[]]]),
    ['values', hostileRows],
    ['big', Array.from({ length: bigRows }, (_, n): Row => [`row-${n}`, `${'payload '.repeat(11)}${n}`])],
    ...(slow === undefined ? hostileNames(longestName) : [...slow.names, 'l'.repeat(longestName)]).map(
      (name): [string, Row[]] => [
        name,
        [
          ['name', name],
          ['twice', name],
        ],
      ],
    ),
  ]);

/** Takes the original; the caller owns the life of the lab. */
export const setBench = async <Meta>(harness: Harness<Meta>, lab: Lab): Promise<Bench<Meta>> => {
  const units = (meta: Meta, selection?: RestoreSelection): Unit[] =>
    stages.flatMap((stage: Stage) => [...harness.kind.units(meta, stage, selection)]);

  const open = async (url: string, work: Partial<Work> = {}): Promise<Place<Meta>> => {
    const place = await harness.kind.open(url, workOf(work));
    onTestFinished(() => place[Symbol.asyncDispose]());
    return place;
  };

  const contents = contentsOf(harness);
  const url = await lab.empty();
  for (const [object, rows] of contents) await lab.put(url, object, rows);
  const vault = memoryVault(4096);
  await using place = await harness.kind.open(url, workOf());
  await place.stamp(markOf(1, 'primary'));
  const snapshot = await place.snapshot(vault, {});
  const meta = throughJson(snapshot.meta);

  return {
    harness,
    lab,
    original: { url, contents, vault, snapshot, meta, units: units(meta) },
    open,
    units,
    async target(epoch = 1) {
      const at = await lab.empty();
      const opened = await open(at);
      const mark = markOf(epoch);
      await opened.stamp(mark);
      return { url: at, place: opened, mark };
    },
    async restoreAll(into, of, from, by) {
      const applied: Applied[] = [];
      for (const stage of stages) {
        const inOrder = [...harness.kind.units(of, stage, by.selection)];
        for (const unit of stage === 'data' ? shuffled(inOrder) : inOrder) {
          applied.push(await into.restore(unit, of, from, by));
        }
      }
      return applied;
    },
  };
};
