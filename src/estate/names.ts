import { closestMatch } from 'leven';
import type { Path } from './parse-yaml.ts';

/** Names as people typed them. What stands where a name belongs might be a secret: then it is not printed. */
const printable = /^[\w.-]{1,64}$/;

export const printName = (name: string): string => (printable.test(name) ? `"${name}"` : 'this');

/** Those of the names that may be printed. */
export const printableOf = (names: readonly string[]): readonly string[] =>
  names.filter((name) => printable.test(name));

/** `targets.orders-db.switches.0.kind` */
export const printPath = (path: Path): string =>
  path.map((part) => (printable.test(String(part)) ? String(part) : '…')).join('.');

/** `; did you mean "kind"?`, or nothing when no candidate is near. */
export const suggest = (name: string, candidates: readonly string[]): string => {
  const maxDistance = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  const near = closestMatch(name.toLowerCase(), candidates, { maxDistance });
  return near === undefined ? '' : `; did you mean "${near}"?`;
};
