import { isAbsolute, relative, resolve } from 'node:path';
import { checkKinds, keyedKinds } from '../domain/checks.ts';
import { storeKinds } from '../domain/words.ts';
import { printableOf, printName, printPath, suggest } from './names.ts';
import type { Parsed, Path, Problem } from './parse-yaml.ts';

type Plain = Readonly<Record<string, unknown>>;

const mappingOf = (value: unknown): Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Places in the file that hold the same secret reference, although they must not. */
const shared = (parsed: Parsed, places: readonly { path: Path; ref: unknown }[], why: string): Problem[] =>
  places.flatMap(({ path, ref }, at) => {
    const first = places.findIndex((other) => other.ref === ref);
    if (typeof ref !== 'string' || first === at) return [];
    return [
      {
        line: parsed.lineOf(path),
        path: printPath(path),
        says: `is the same as ${printPath(places[first]!.path)}: ${why}`,
      },
    ];
  });

/** Checks that stores of the target's kind cannot run. A kind that does not exist is said elsewhere. */
const unfitChecks = (parsed: Parsed, id: string, target: Plain): Problem[] =>
  listOf(target.checks).flatMap((check, at): Problem[] => {
    const { kind } = mappingOf(check);
    const stores: readonly string[] | undefined = Object.entries(checkKinds).find(([name]) => name === kind)?.[1];
    const isKnown = storeKinds.some((one) => one === target.kind);
    if (stores === undefined || !isKnown || stores.includes(String(target.kind))) return [];
    const path = ['targets', id, 'checks', at];
    const fit = Object.entries(checkKinds).flatMap(([name, those]) =>
      (those as readonly string[]).includes(String(target.kind)) ? [name] : [],
    );
    const says = `${target.kind} stores have no check "${kind}"; checks: ${fit.join(', ')}`;
    return [{ line: parsed.lineOf([...path, 'kind']), path: printPath(path), says }];
  });

/** Aliases of Milvus lead to nothing but collections there. */
const unfitSwitches = (parsed: Parsed, id: string, target: Plain): Problem[] =>
  listOf(target.switches).flatMap((one, at): Problem[] => {
    if (mappingOf(one).kind !== 'milvus-alias' || target.kind === 'milvus') return [];
    const path = ['targets', id, 'switches', at, 'kind'];
    const says = 'an alias of Milvus leads to no store of another kind';
    return [{ line: parsed.lineOf(path), path: printPath(path), says }];
  });

/** Orphans beside a target that is not there, or whose rows cannot be told by their keys. */
const unfitParents = (parsed: Parsed, id: string, target: Plain, targets: Plain): Problem[] =>
  listOf(target.checks).flatMap((check, at): Problem[] => {
    const { kind, parentTarget } = mappingOf(check);
    if (kind !== 'orphans' || typeof parentTarget !== 'string') return [];
    const path = ['targets', id, 'checks', at, 'parentTarget'];
    const problem = (says: string): Problem[] => [{ line: parsed.lineOf(path), path: printPath(path), says }];
    const ids = printableOf(Object.keys(targets));
    if (!Object.hasOwn(targets, parentTarget)) {
      return problem(
        `${printName(parentTarget)} is no target${suggest(parentTarget, ids)}; targets: ${ids.join(', ')}`,
      );
    }
    if (parentTarget === id) return problem('is the target itself: leave it out to look for parents here');
    const parent = mappingOf(targets[parentTarget]).kind;
    const isKnown = storeKinds.some((one) => one === parent);
    if (!isKnown || keyedKinds.some((one) => one === parent)) return [];
    return problem(`${parent} stores do not give the keys of their rows; kinds that do: ${keyedKinds.join(', ')}`);
  });

/** Is one path the other, or a folder above it? Only two paths of the same sort can be told here. */
const isAbove = (above: string, path: string): boolean =>
  isAbsolute(above) === isAbsolute(path) && !relative(resolve('/', above), resolve('/', path)).startsWith('..');

/** A folder that holds the vault would carry every set along with the next one. */
const carriedVaults = (parsed: Parsed, id: string, target: Plain, vault: Plain): Problem[] =>
  listOf(mappingOf(target.backup).carry).flatMap((carried, at): Problem[] => {
    const { kind, path: where } = vault;
    if (kind !== 'folder' || typeof where !== 'string' || typeof carried !== 'string' || carried === '') return [];
    if (!isAbove(carried, where) && !isAbove(where, carried)) return [];
    const path = ['targets', id, 'backup', 'carry', at];
    const says = 'is in the folder of the vault, or holds it: every set would carry the ones before';
    return [{ line: parsed.lineOf(path), path: printPath(path), says }];
  });

/** Names that lead nowhere, and things that must differ. Looks at whatever is there: the rest may be wrong as well. */
export const checkReferences = (parsed: Parsed): Problem[] => {
  const estate = mappingOf(parsed.value);
  const services = Object.keys(mappingOf(estate.services));
  const shown = printableOf(services);
  const targets = Object.entries(mappingOf(estate.targets)).map(([id, target]) => ({ id, target: mappingOf(target) }));
  const people = Object.entries(mappingOf(estate.people));

  const unknownServices = targets.flatMap(({ id, target }) =>
    listOf(target.services).flatMap((service, at): Problem[] => {
      if (typeof service !== 'string' || services.includes(service)) return [];
      const path = ['targets', id, 'services', at];
      const legal = shown.length > 0 ? `services: ${shown.join(', ')}` : 'there are no services';
      return [
        {
          line: parsed.lineOf(path),
          path: printPath(path),
          says: `${printName(service)} is no service${suggest(service, shown)}; ${legal}`,
        },
      ];
    }),
  );
  const primaries = targets.map(({ id, target }) => ({ path: ['targets', id, 'primary'], ref: target.primary }));
  const codes = people.map(([id, person]) => ({ path: ['people', id, 'code'], ref: mappingOf(person).code }));
  return [
    ...unknownServices,
    ...targets.flatMap(({ id, target }) => unfitChecks(parsed, id, target)),
    ...targets.flatMap(({ id, target }) => unfitSwitches(parsed, id, target)),
    ...targets.flatMap(({ id, target }) => unfitParents(parsed, id, target, mappingOf(estate.targets))),
    ...targets.flatMap(({ id, target }) => carriedVaults(parsed, id, target, mappingOf(estate.vault))),
    ...shared(parsed, primaries, 'two targets cannot be one place'),
    ...shared(parsed, codes, 'two people with one authenticator could approve as one'),
  ];
};
