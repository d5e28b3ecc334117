import { addPrints, type Fingerprint, type ObjectPrint } from '../../domain/fingerprint.ts';
import { type ExpiringPrint, functionsObject, ownGroup } from './meta.ts';
import { finish, mixText } from './rdb/mix.ts';
import { addKey, addSums, noSums, printOfSums, type Sums } from './rdb/prints.ts';
import type { Seen } from './rdb/reader.ts';
import type { Wanted } from './wanted.ts';

export const algorithm = 'redis-keys-1';

/** What keys are counted under that fit into no group of their own. */
const others = '(others)';
/** Groups counted apart, and how many there may be before the rest is folded. */
const mostGroups = 1_000;
const foldAbove = 2_000;
const longestName = 256;

/** Keys whose names are the same up to the first colon. */
export interface Group {
  /** As filters name it: `db0/cart`, or `cart` where the place is one database. */
  name: string;
  isOwn: boolean;
  /** Null when each key has to be asked for. */
  isWanted: boolean | null;
}

interface Counted {
  sums: Sums;
  expiring: Map<number, Sums> | null;
}

/** Text of bytes that may be none. Two that are not text may come to one name: their keys are then counted together. */
export const nameOfBytes = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  const isText = !text.includes('\ufffd') || Buffer.from(text).equals(bytes);
  const name = isText
    ? text
    : bytes.toString('latin1').replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
  return name.length <= longestName ? name : `${name.slice(0, longestName)}…`;
};

/** Steps of time by which expiring keys are counted: ten seconds, from a few minutes on a twentieth of the time that passed. */
const evenSteps = 20;
const stepMs = 10_000;
const growth = 1.05;

const stepOf = (ms: number): number =>
  ms < evenSteps * stepMs
    ? Math.max(0, Math.floor(ms / stepMs))
    : evenSteps + Math.floor(Math.log(ms / (evenSteps * stepMs)) / Math.log(growth));

const edgeOf = (step: number): number =>
  step <= evenSteps ? step * stepMs : Math.ceil(evenSteps * stepMs * growth ** (step - evenSteps));

/** The first instant at or behind `ms` at which one step ends and the next begins. */
export const edgeAfter = (at: number, ms: number): number => {
  const step = stepOf(ms - at);
  return edgeOf(step) === ms - at ? ms : at + edgeOf(step + 1);
};

/** Counts keys by group as they pass. */
export interface Keyspace {
  groupOf(seen: Seen): Group;
  isWanted(group: Group, seen: Seen): boolean;
  add(group: Group, seen: Seen): void;
  library(code: Buffer): void;
  isFolded(): boolean;
  fingerprint(): Fingerprint;
  expiring(): Record<string, ExpiringPrint[]>;
}

const colon = 58;

/** Groups that are looked up at once; more are looked up again. */
const mostKnown = 10_000;

const isSame = (raw: Buffer, key: Buffer, from: number, to: number): boolean => {
  if (raw.length !== to - from) return false;
  for (let n = 0; n < raw.length; n += 1) if (raw[n] !== key[from + n]) return false;
  return true;
};

const prefixOf = (isWhole: boolean, db: number): string => (isWhole ? `db${db}/` : '');

/**
 * @param isWhole names carry the number of their database
 * @param at what expiring keys are counted from; null when they are not counted apart
 */
export const keyspaceOf = (isWhole: boolean, wanted: Wanted, at: number | null): Keyspace => {
  /** By a hash of their bytes: of two with the same one, the last that was seen. */
  const known = new Map<number, { db: number; raw: Buffer; group: Group }>();
  const counted = new Map<string, Counted>();
  const rest: Counted = { sums: noSums(), expiring: null };
  const libraries = noSums();
  /** Names behind it are counted together, once there are too many. */
  let bound: string | null = null;

  const expiringOf = (group: Counted, step: number): Sums => {
    group.expiring ??= new Map();
    const sums = group.expiring.get(step) ?? noSums();
    group.expiring.set(step, sums);
    return sums;
  };

  /** The first names in order keep their own counts, whatever came first: the outcome does not depend on the order. */
  const fold = (): void => {
    const names = [...counted.keys()].sort();
    bound = names[mostGroups - 1]!;
    for (const name of names.slice(mostGroups)) {
      const group = counted.get(name)!;
      addSums(rest.sums, group.sums);
      for (const [step, sums] of group.expiring ?? []) addSums(expiringOf(rest, step), sums);
      counted.delete(name);
    }
  };

  const countedOf = (name: string): Counted => {
    const group = counted.get(name);
    if (group !== undefined) return group;
    if (bound !== null && name > bound) return rest;
    const made: Counted = { sums: noSums(), expiring: null };
    counted.set(name, made);
    if (counted.size > foldAbove) fold();
    return counted.get(name) ?? rest;
  };

  const all = (): [string, Counted][] => {
    if (bound !== null && counted.size > mostGroups) fold();
    return [...counted, ...(rest.sums.rows > 0 ? [[others, rest] as [string, Counted]] : [])];
  };

  let lastGroup: { db: number; raw: Buffer; group: Group } | null = null;
  let last: Counted | null = null;
  let lastName = '';

  return {
    groupOf({ db, key, keyFrom, keyTo }) {
      if (lastGroup !== null && lastGroup.db === db) {
        const { raw } = lastGroup;
        const to = keyFrom + raw.length;
        const isAlike = to === keyTo || (to < keyTo && key[to] === colon);
        if (isAlike && isSame(raw, key, keyFrom, to)) return lastGroup.group;
      }
      let end = keyFrom;
      let hash = db;
      for (; end < keyTo; end += 1) {
        const byte = key[end]!;
        if (byte === colon) break;
        hash = (Math.imul(hash, 31) + byte) | 0;
      }
      const found = known.get(hash);
      if (found !== undefined && found.db === db && isSame(found.raw, key, keyFrom, end)) {
        lastGroup = found;
        return found.group;
      }
      if (known.size >= mostKnown) known.clear();
      const raw = Buffer.from(key.subarray(keyFrom, end));
      const name = `${prefixOf(isWhole, db)}${nameOfBytes(raw)}`;
      const isOwn = raw.toString('latin1') === ownGroup;
      const group: Group = { name, isOwn, isWanted: isOwn ? false : wanted.group(name) };
      lastGroup = { db, raw, group };
      known.set(hash, lastGroup);
      return group;
    },
    isWanted: (group, { db, key, keyFrom, keyTo }) =>
      group.isWanted ?? wanted.key(`${prefixOf(isWhole, db)}${nameOfBytes(key.subarray(keyFrom, keyTo))}`),
    add({ name }, seen) {
      if (name !== lastName || last === null || bound !== null) {
        last = countedOf(name);
        lastName = name;
      }
      addKey(last.sums, seen);
      if (at !== null && seen.expiresAt >= 0) addKey(expiringOf(last, stepOf(seen.expiresAt - at)), seen);
    },
    library(code) {
      const mix = { a: 0, b: 0 };
      mixText(mix, code, 0, code.length);
      finish(mix);
      libraries.rows += 1;
      libraries.low[0]! += mix.a >>> 0;
      libraries.low[1]! += mix.b >>> 0;
    },
    isFolded: () => bound !== null,
    fingerprint() {
      const objects = all().map(([name, { sums }]): [string, ObjectPrint] => [name, printOfSums(sums)]);
      if (libraries.rows > 0) objects.push([functionsObject, printOfSums(libraries)]);
      return { algorithm, objects: Object.fromEntries(objects) };
    },
    expiring() {
      const found: [string, ExpiringPrint[]][] = [];
      for (const [name, { expiring }] of all()) {
        if (expiring === null || at === null) continue;
        const prints = [...expiring]
          .sort(([a], [b]) => a - b)
          .map(([step, sums]): ExpiringPrint => {
            const { rows, sum } = printOfSums(sums);
            return [at + edgeOf(step), at + edgeOf(step + 1), rows, sum];
          });
        found.push([name, prints]);
      }
      return Object.fromEntries(found);
    },
  };
};

/** Prints that were counted piece by piece, folded as if they had been counted in one. */
export const foldPrints = (
  objects: Readonly<Record<string, ObjectPrint>>,
  expiring: Readonly<Record<string, readonly ExpiringPrint[]>>,
  isFolded: boolean,
): { objects: Record<string, ObjectPrint>; expiring: Record<string, readonly ExpiringPrint[]> } => {
  const names = Object.keys(objects)
    .filter((name) => name !== others)
    .sort();
  if (!isFolded && names.length <= foldAbove) return { objects: { ...objects }, expiring: { ...expiring } };
  const kept = new Set(names.slice(0, mostGroups));
  const to = (name: string): string => (kept.has(name) ? name : others);
  const prints = new Map<string, ObjectPrint>();
  for (const [name, print] of Object.entries(objects)) {
    const other = prints.get(to(name));
    prints.set(to(name), other === undefined ? print : addPrints(other, print));
  }
  const steps = new Map<string, ExpiringPrint[]>();
  for (const [name, one] of Object.entries(expiring)) steps.set(to(name), [...(steps.get(to(name)) ?? []), ...one]);
  return { objects: Object.fromEntries(prints), expiring: Object.fromEntries(steps) };
};
