import type { Measure, Round, SceneName } from './scenes.ts';

/** One line of the table of bounds. */
export interface Row {
  name: string;
  /** What the product does, and what it is compared with. */
  work: string;
  peer: string;
  scene: SceneName;
  /** The ratio of work to peer is at most this. */
  bound: number;
  needs: readonly Measure[];
  of(round: Round): number;
  to(round: Round): number;
}

const mebibytes = 300;

const throughTemporal = (kind: string, scene: SceneName, set: string): Row => ({
  name: `${kind}-through-temporal`,
  work: `a drill of ${set} through Temporal with one worker, less 2 s`,
  peer: 'dr restore of the same set, proof included',
  scene,
  bound: 1.05,
  needs: ['throughTemporal'],
  of: (round) => round.throughTemporal - 2,
  to: ({ restore }) => restore,
});

export const rows: readonly Row[] = [
  {
    name: 'dump',
    work: 'dr snapshot, 17 tables, 466 MB, mixed types',
    peer: 'pg_dump -Fd -j2',
    scene: 'mixed',
    bound: 0.5,
    needs: ['dumpDirectory'],
    of: ({ dump }) => dump,
    to: ({ dumpDirectory }) => dumpDirectory,
  },
  {
    name: 'archive',
    work: 'bytes in the vault after that dump',
    peer: 'bytes of the pg_dump -Fd archive',
    scene: 'mixed',
    bound: 1.05,
    needs: ['directoryBytes'],
    of: ({ bytes }) => bytes,
    to: ({ directoryBytes }) => directoryBytes,
  },
  {
    name: 'dump-zstd',
    work: 'dr snapshot, the same tables',
    peer: 'pg_dump -Fc -Z0 | zstd -3 -T2',
    scene: 'mixed',
    bound: 0.8,
    needs: ['dumpPiped'],
    of: ({ dump }) => dump,
    to: ({ dumpPiped }) => dumpPiped,
  },
  {
    name: 'one-table',
    work: 'dr snapshot + dr restore to ready, one table of 560 MB with 3 indexes',
    peer: 'pg_dump -Fd -j2 + pg_restore -j2 + ANALYZE',
    scene: 'single',
    bound: 0.45,
    needs: ['dumpDirectory', 'restoreDirectory'],
    of: ({ dump, ready }) => dump + ready,
    to: ({ dumpDirectory, restoreDirectory }) => dumpDirectory + restoreDirectory,
  },
  {
    name: 'restore',
    work: 'dr restore to ready, the tables of `dump`',
    peer: 'pg_restore -j2 + ANALYZE',
    scene: 'mixed',
    bound: 0.75,
    needs: ['restoreDirectory'],
    of: ({ ready }) => ready,
    to: ({ restoreDirectory }) => restoreDirectory,
  },
  {
    name: 'verify',
    work: 'the proof in dr restore: every row of every restored table',
    peer: "binary COPY … TO '/dev/null' of the same tables over 2 connections",
    scene: 'mixed',
    bound: 1,
    needs: ['copyToNowhere'],
    of: ({ verify }) => verify,
    to: ({ copyToNowhere }) => copyToNowhere,
  },
  {
    name: 'small-tables',
    work: 'dr snapshot + dr restore to ready, 2 000 small tables',
    peer: 'pg_dump -Fd -j2 + pg_restore -j2 + ANALYZE',
    scene: 'many',
    bound: 1,
    needs: ['dumpDirectory', 'restoreDirectory'],
    of: ({ dump, ready }) => dump + ready,
    to: ({ dumpDirectory, restoreDirectory }) => dumpDirectory + restoreDirectory,
  },
  {
    name: 'memory',
    work: 'the most memory of dr snapshot and dr restore, MiB',
    peer: `${mebibytes} MiB`,
    scene: 'mixed',
    bound: 1,
    needs: ['peakMiB'],
    of: ({ peakMiB }) => peakMiB,
    to: () => mebibytes,
  },
  {
    name: 'memory-growth',
    work: 'the most memory, MiB',
    peer: 'the same with a tenth of the data',
    scene: 'mixed',
    bound: 1.15,
    needs: ['peakOfTenthMiB'],
    of: ({ peakMiB }) => peakMiB,
    to: ({ peakOfTenthMiB }) => peakOfTenthMiB,
  },
  throughTemporal('postgres', 'mixed', 'the set of `dump`'),
  throughTemporal('mongodb', 'mongodb', 'the set of `mongodb-restore`'),
  throughTemporal('redis', 'redisKeys', 'a set of one database of Redis, 400 000 keys,'),
  throughTemporal('milvus', 'milvus', 'the set of `milvus-restore`'),
  {
    name: 'hnsw-rebuild',
    work: 'the indexes in dr restore: HNSW over 100 000 vectors of 384 numbers, and the primary key',
    peer: 'CREATE INDEX of the same HNSW index with default settings',
    scene: 'vectors',
    bound: 0.7,
    needs: ['createIndex'],
    of: ({ index }) => index,
    to: ({ createIndex }) => createIndex,
  },
  {
    name: 'milvus-restore',
    work: 'dr restore to searchable, a Milvus collection of 100 000 vectors of 384 numbers',
    peer: 'a bare loop of the official client: insert, flush, HNSW index, load',
    scene: 'milvus',
    bound: 1.1,
    needs: ['insertLoop'],
    of: ({ ready }) => ready,
    to: ({ insertLoop }) => insertLoop,
  },
  {
    name: 'mongodb-restore',
    work: 'dr restore to ready, one collection of 20 000 documents with 4 indexes',
    peer: 'insertMany of the driver in a loop, then createIndexes',
    scene: 'mongodb',
    bound: 1,
    needs: ['insertLoop'],
    of: ({ ready }) => ready,
    to: ({ insertLoop }) => insertLoop,
  },
  {
    name: 'redis-backup',
    work: 'a set of a running Redis, 1 000 000 keys, read and fingerprinted, into files',
    peer: 'redis-cli --rdb of the same server, which streams without a delay',
    scene: 'redis',
    bound: 1.1,
    needs: ['redisCli'],
    of: ({ backup }) => backup,
    to: ({ redisCli }) => redisCli,
  },
  {
    name: 'redis-restore',
    work: 'that set into a running Redis, until it serves all keys',
    peer: 'the start of a server on the file of `redis-cli --rdb`, until it serves all keys',
    scene: 'redis',
    bound: 1.25,
    needs: ['serverStart'],
    of: ({ restore }) => restore,
    to: ({ serverStart }) => serverStart,
  },
];
