/**
 * The words of this product, as types.
 *
 * - **estate**: everything under protection; **target**: one protected store in it.
 * - **place**: somewhere a target's data can live. Its identity is the **mark** the product wrote into it.
 * - **binding**: which place of a target is in service, with an **epoch** that grows on every switch.
 * - **backup set**: one immutable recovery point in the **vault**, with a **fingerprint** of what it holds.
 * - **unit**: the smallest thing restored on its own; the **ledger** makes it happen exactly once.
 * - **runbook**: a typed definition that expands to a **plan**; a **run** is one execution of a frozen plan.
 * - **gate**: a point where a person decides. **fence**: stop writes at a place, proven by a refused one.
 * - **canary**: a small sequenced write whose ledger lives in the vault: proves what was really lost.
 */

/** `orders-db`: lower-case letters, digits and dashes. */
export type TargetId = string;
/** Sorts by time: `20260131T020000Z-3f9a1c`. */
export type SetId = string;
/** `orders-db/primary`, `orders-db/beside-3f9a1c`: the target, then a role, then what makes it unique. */
export type PlaceId = string;
/** The Temporal workflow id of a run. */
export type RunId = string;
/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` prints it. */
export type Instant = string;
/** Lower-case hexadecimal SHA-256. */
export type Digest = string;
/** `env:NAME` or `file:/path`: where a secret is, never the secret. Safe to travel and to print. */
export type SecretRef = string;

export const modes = ['plan', 'drill', 'live'] as const;
/** `plan` prints every effect and changes nothing; `drill` touches scratch places only. */
export type Mode = (typeof modes)[number];

export const roles = ['primary', 'standby', 'beside', 'scratch'] as const;
/** What a place is for. `beside` is made for one run; `scratch` is made for one drill. */
export type Role = (typeof roles)[number];

export const stages = ['schema', 'data', 'index', 'finish'] as const;
/** The order in which the units of a set are restored. */
export type Stage = (typeof stages)[number];

export const outcomes = ['planned', 'succeeded', 'partially-failed', 'failed', 'aborted'] as const;
export type Outcome = (typeof outcomes)[number];

export const storeKinds = ['memory', 'milvus', 'redis', 'mongodb', 'postgres'] as const;
/** The kinds of store that exist. A kind that does not exist yet is refused by name. */
export type StoreKind = (typeof storeKinds)[number];

/** The identity of a place, kept in the place itself and left out of every backup set. */
export interface Mark {
  /** A random UUID, stamped anew after every restore or clone. */
  id: string;
  target: TargetId;
  role: Role;
  /** The binding epoch under which the place may be written. */
  epoch: number;
  /** The run that made the place; a drill writes only where it finds its own. */
  run?: RunId;
}

/** What a set can honestly claim about the instant it shows. */
export type Consistency = { kind: 'point-in-time'; at: Instant } | { kind: 'fuzzy'; from: Instant; to: Instant };

/** How to reach a place. Holds references only, so it may travel in plans, bindings and reports. */
export type PlaceSpec = { id: PlaceId; target: TargetId; kind: StoreKind; role: Role } & (
  | { provider: 'existing'; url: SecretRef }
  | { provider: 'database'; server: SecretRef; database: string }
);

/** Which place of a target is in service. Version `epoch` is written once and never changed. */
export interface Binding {
  target: TargetId;
  epoch: number;
  place: PlaceSpec;
  boundAt: Instant;
  /** The run that switched, or `estate` for the first binding. */
  by: RunId | 'estate';
}
