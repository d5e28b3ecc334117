/** Keys that begin with it are the product's own: in no set, in no list, in no fingerprint. */
export const ownGroup = 'dr_runbooks';

export const ownKeys = {
  mark: `${ownGroup}:mark`,
  /** Who restores, from which epoch on. */
  guard: `${ownGroup}:guard`,
  /** What this writer has applied. */
  ledger: `${ownGroup}:ledger`,
  /** For which place the product claimed a database or a server. */
  claim: `${ownGroup}:claim`,
} as const;

/** The key that canaries are in: user data like any other. */
export const canaryKey = 'dr_canary';

/** The object that stands for libraries of functions, which belong to no database. */
export const functionsObject = 'functions';

/** One stream of the RDB: whole keys, each with what belongs to it. */
export interface Part {
  keys: number;
  bytes: number;
}

/** Keys of one group that expire from `from` until before `to`: how many, and their sums. */
export type ExpiringPrint = readonly [from: number, to: number, rows: number, sum: string];

/** What a Redis set says about itself. */
export interface RedisMeta {
  /** `Redis 7.0.15` */
  version: string;
  rdbVersion: number;
  /** A whole server, whose objects are `db0/cart`; or one database, whose objects are `cart`. */
  isWhole: boolean;
  /** The instant the data shows, in milliseconds since 1970. */
  at: number;
  /** Bytes of memory the server used for everything. */
  usedMemory: number;
  objects: readonly { name: string; rows: number }[];
  /** More groups than are counted apart: the rest is counted together, and single ones of it cannot be named. */
  isFolded: boolean;
  libraries: readonly string[];
  /** Stream `rdb/<n + 1>` is part n; `rdb/000000` comes before them and one more behind. */
  parts: readonly Part[];
  expiring: Readonly<Record<string, readonly ExpiringPrint[]>>;
}

/** Their order by name is the order of the bytes: one behind the other they are an RDB file. */
export const streamOf = (n: number): string => `rdb/${String(n).padStart(6, '0')}`;
