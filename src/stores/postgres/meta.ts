import type { Feature } from './catalog/features.ts';

/** Where the mark, the epoch and the ledger are. Never part of a set. */
export const ownSchema = 'dr_runbooks';
/** Canaries are user data: part of every set. */
export const canarySchema = 'dr_canary';
/** The name of the large objects of a database, which no table can have. */
export const largeObjects = 'large objects';

/** What a set of a PostgreSQL database keeps beside its streams. Streams are `schema` and `data/<table>/<part>`. */
export interface PostgresMeta {
  format: 1;
  /** What of its tables the set holds; absent: definitions and rows. */
  parts?: 'schema' | 'data';
  server: { version: string; major: number; encoding: string; blockBytes: number };
  /** Major version of the `pg_dump` that wrote the schema stream. */
  dumpMajor: number;
  schemaBytes: number;
  /** Roles that own or may do something: they are of the server, not of the database, and have to be there. */
  roles: readonly string[];
  /** What they are, and those they are members of: for a server that lacks them. */
  roleDefinitions?: readonly RoleMeta[];
  extensions: readonly string[];
  /** By position: `tables[3]` is in `data/3/…`. */
  tables: readonly TableMeta[];
  sequences: readonly SequenceMeta[];
  /** What a server needs to have been built with. */
  features?: readonly Feature[];
  collations?: readonly CollationMeta[];
  /** Of the database itself; absent where a new one has no other. */
  database?: DatabaseMeta;
  /** `ALTER DATABASE … SET`, and `ALTER ROLE … IN DATABASE … SET` where there is a role. */
  settings: readonly { role: string | null; name: string; value: string }[];
  /** What the schema stream holds and a restore uses, in the order in which it can be made. */
  entries: readonly EntryMeta[];
  /** Sample searches for nearest vectors, one for each index that was asked. */
  searches?: readonly SearchMeta[];
}

/** What searches through an index found at the source, and what they should have found. */
export interface SearchMeta {
  /** Position of the table. */
  table: number;
  /** Of the index. */
  schema: string;
  name: string;
  /** What is indexed, its type, and the operator that says how far two are apart, as SQL. */
  value: string;
  type: string;
  distance: string;
  where: string | null;
  /** Rows that each search asks for. */
  limit: number;
  /** How far the last of the nearest rows is, and how many there are: both by looking at every row. */
  queries: readonly { vector: string; reach: number; found: number }[];
  /** How many of all these the index found. */
  found: number;
}

/** A role without its password. */
export interface RoleMeta {
  name: string;
  comment: string | null;
  /** Words of `CREATE ROLE`. */
  attributes: readonly string[];
  /** `inherits` and `mayBecome` are of PostgreSQL 16 and newer; null before. */
  memberOf: readonly { role: string; isAdmin: boolean; inherits: boolean | null; mayBecome: boolean | null }[];
  /** `ALTER ROLE … SET`, in every database. */
  settings: readonly { name: string; value: string }[];
}

export interface DatabaseMeta {
  comment: string | null;
  /** Of others than its owner, `role` null for everybody; null where they are those of every new database. */
  rights: readonly { role: string | null; right: string; isGrantable: boolean }[] | null;
}

/** A collation that something uses, other than those every server has. */
export interface CollationMeta {
  name: string;
  /** Of the server, not of the database. */
  isSystem: boolean;
  /** `c` the C library, `i` ICU. */
  provider: string;
  locale: string;
  isDeterministic: boolean;
  version: string | null;
  /** By its order rows belong to one partition or another. */
  isBounding: boolean;
}

export interface TableMeta {
  schema: string;
  name: string;
  /** As filters and fingerprints name it. */
  object: string;
  /** Partitioned tables hold no rows of their own. `large-objects` is the pages of `pg_largeobject`. */
  kind: 'table' | 'partitioned' | 'large-objects';
  /** A selection passed it over: it keeps its position and stands for nothing. */
  isLeftOut?: true;
  /** Columns in COPY's order: without generated ones. */
  columns: readonly string[];
  /** Their types, by name. */
  types: readonly string[];
  format: 'binary' | 'text';
  /** Positions of the tables it is a partition or a child of. */
  parents: readonly number[];
  /** Positions of the tables without which it cannot be made, itself not among them. */
  needs: readonly number[];
  /** `[plain bytes, rows]` of each part. */
  parts: readonly (readonly [bytes: number, rows: number])[];
}

export interface SequenceMeta {
  schema: string;
  name: string;
  /** Position of the table whose column it numbers. */
  owner: number | null;
  value: string;
  isCalled: boolean;
  /** Where it begins when nothing sets it. */
  start: string;
}

export interface EntryMeta {
  /** In the table of contents of the schema stream. */
  id: number;
  /** As pg_dump calls it: `TABLE`, `FK CONSTRAINT`. */
  kind: string;
  schema: string;
  /** Its name, or what it is on and its name. */
  tag: string;
  /** With which unit it is made. */
  unit: 'schema' | 'index' | 'structure' | 'key' | 'refresh' | 'event-triggers';
  /** Comments and rights are made with what they are of: the id of that entry. */
  with: number;
  /** The entry of the relation it is on, 0 for none. */
  on: number;
  /** Positions of the tables that have to be there. */
  needs: readonly number[];
  /** Ids of the entries it is made after, because it needs them itself. */
  after: readonly number[];
  /** Role that owns it; empty for none. */
  owner: string;
  /** Roles that its rights or its policy name. */
  roles: readonly string[];
  /** Cost. */
  bytes: number;
}
