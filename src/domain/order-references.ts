import type { TargetFacts } from './plan.ts';
import type { TargetId } from './words.ts';

/** Rows of `child` name rows of `parent`. */
export interface Reference {
  child: TargetId;
  parent: TargetId;
}

export interface ReferenceOrder {
  /** Those that have to be backed up before a target is: rows of theirs name rows of its own. */
  before: ReadonlyMap<TargetId, readonly TargetId[]>;
  /** References that cannot be honoured, because the stores name each other: the parent's set is older than the child's. */
  broken: readonly Reference[];
}

const inOrder = (a: Reference, b: Reference): number =>
  a.child === b.child ? (a.parent < b.parent ? -1 : 1) : a.child < b.child ? -1 : 1;

/**
 * The order in which sets of stores that name each other's rows are whole together: the store that refers first, the one it
 * refers to begun after the instant that the first set shows. Then every row that is named is in the later set, unless it
 * was deleted between. A circle is broken where its last reference in the order of names would close it: the same facts give
 * the same order. Targets that are not among these do not count.
 */
export const orderReferences = (targets: readonly Pick<TargetFacts, 'id' | 'references'>[]): ReferenceOrder => {
  const known = new Set(targets.map(({ id }) => id));
  const all = targets
    .flatMap(({ id, references = [] }) => references.map((parent): Reference => ({ child: id, parent })))
    .filter(({ child, parent }) => child !== parent && known.has(parent))
    .sort(inOrder);
  const before = new Map<TargetId, TargetId[]>();
  const isBefore = (one: TargetId, other: TargetId): boolean =>
    (before.get(other) ?? []).some((id) => id === one || isBefore(one, id));
  const broken: Reference[] = [];
  for (const reference of all) {
    const { child, parent } = reference;
    if (isBefore(parent, child)) broken.push(reference);
    else before.set(parent, [...(before.get(parent) ?? []), child]);
  }
  return { before, broken };
};
