import { join } from 'node:path';
import { checkEqual, contentOf } from './content.ts';
import { many } from './data/many.ts';
import { mixed } from './data/mixed.ts';
import { single } from './data/single.ts';
import { vectors } from './data/vectors.ts';
import { type Lab, query, sizeOf } from './lab.ts';
import { createIndex } from './nearest.ts';
import { copyToNowhere, dumpDirectory, dumpPiped, restoreDirectory } from './peers.ts';
import { restoreSet, takeSet } from './product.ts';
import { openRuns, type Runs } from './through-temporal.ts';

/** What was measured in one round, by name: seconds, bytes or MiB. */
export type Round = Readonly<Record<Measure, number>>;

/** Tells how a round went. */
export const tell = (scene: string, n: number, rounds: number, round: Partial<Round>): string => {
  const told = Object.entries(round).map(([name, value]) => `${name} ${value.toFixed(value < 1000 ? 2 : 0)}`);
  return `${scene} ${n === 0 ? 'warm-up' : `${n} of ${rounds}`}: ${told.join(', ')}`;
};

export type Measure =
  | 'dump'
  | 'bytes'
  | 'ready'
  | 'verify'
  | 'restore'
  | 'index'
  | 'peakMiB'
  | 'dumpDirectory'
  | 'directoryBytes'
  | 'dumpPiped'
  | 'restoreDirectory'
  | 'copyToNowhere'
  | 'createIndex'
  | 'insertLoop'
  | 'backup'
  | 'redisCli'
  | 'serverStart'
  | 'throughTemporal'
  | 'peakOfTenthMiB';

/** Scenes on a PostgreSQL server. */
export type PostgresScene = 'mixed' | 'single' | 'many' | 'vectors';

export type SceneName = PostgresScene | 'milvus' | 'mongodb' | 'redis' | 'redisKeys';

const makers: Readonly<Record<PostgresScene | 'tenth', () => string>> = {
  mixed: () => mixed(1),
  tenth: () => mixed(0.1),
  single,
  many,
  vectors,
};

export const targets = Object.keys(makers);

const make = async (lab: Lab, name: keyof typeof makers): Promise<string> => {
  const url = await lab.database(name);
  await query(url, makers[name]());
  await query(url, 'VACUUM ANALYZE');
  return url;
};

/**
 * Plays rounds on one data set, product and peers in turns. What is not wanted is left out, except that the product's set
 * is always restored and compared with the source by a way of our own. The first round warms up and does not count.
 * @throws Error when a copy is not equal
 */
export const play = async (
  lab: Lab,
  scene: PostgresScene,
  rounds: number,
  isWanted: (measure: Measure) => boolean,
  say: (line: string) => void,
): Promise<Round[]> => {
  say(`${scene}: making the data`);
  const url = await make(lab, scene);
  const tenth = isWanted('peakOfTenthMiB') ? await make(lab, 'tenth') : null;
  const source = await contentOf(url);
  await using runs: Runs | null = isWanted('throughTemporal') ? await openRuns(lab) : null;
  const done: Round[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const round: Partial<Record<Measure, number>> = {};
    if (tenth !== null) {
      round.peakOfTenthMiB = (await takeSet(lab, 'tenth')).peakMiB;
      round.peakOfTenthMiB = Math.max(round.peakOfTenthMiB, (await restoreSet(lab, 'tenth')).peakMiB);
    }
    const taken = await takeSet(lab, scene);
    round.dump = taken.seconds;
    round.bytes = await sizeOf(join(lab.folder, 'vault'));
    if (isWanted('dumpDirectory') || isWanted('restoreDirectory') || isWanted('directoryBytes')) {
      round.dumpDirectory = await dumpDirectory(lab, url);
      round.directoryBytes = await sizeOf(join(lab.folder, 'dump'));
    }
    if (isWanted('dumpPiped')) round.dumpPiped = await dumpPiped(lab, url);
    const restored = await restoreSet(lab, scene);
    round.ready = restored.ready;
    round.verify = restored.verify;
    round.index = restored.index;
    round.restore = restored.seconds;
    round.peakMiB = Math.max(taken.peakMiB, restored.peakMiB);
    if (isWanted('copyToNowhere')) round.copyToNowhere = await copyToNowhere(String(lab.env.BACK));
    checkEqual(source, await contentOf(String(lab.env.BACK)));
    if (isWanted('createIndex')) round.createIndex = await createIndex(lab, String(lab.env.BACK));
    await lab.drop('back');
    if (isWanted('restoreDirectory')) round.restoreDirectory = await restoreDirectory(lab);
    if (runs !== null) {
      await lab.settle();
      round.throughTemporal = await runs.drill(scene);
    }
    say(tell(scene, n, rounds, round));
    if (n > 0) done.push(round as Round);
  }
  await lab.drop(scene);
  return done;
};
