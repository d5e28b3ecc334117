import { hash } from 'node:crypto';
import type { ObjectPrint } from '../../domain/fingerprint.ts';
import { type OrderedDocument, toExtendedJson } from './bson/ordered.ts';
import { creating, fromBase64, type Listed, listCollections, listIndexes } from './catalog.ts';
import type { Session } from './connection/session.ts';
import type { Meta, MetaCollection } from './meta.ts';

interface Definition {
  type: string;
  options: OrderedDocument;
  indexes: readonly OrderedDocument[];
}

/** It is frozen until the restore has ended: that there is one counts, and when it comes does not. */
const expiry = 'expireAfterSeconds';

/** What a newer server adds to in its own words. */
const completed: ReadonlySet<string> = new Set(['collation', 'timeseries', 'clusteredIndex']);

const sorted = (document: OrderedDocument): OrderedDocument =>
  new Map([...document].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

const withoutExpiry = (document: OrderedDocument): OrderedDocument =>
  new Map([...document].filter(([field]) => field !== expiry));

/** In one form: by name, whatever order a server lists them in. Keys of an index keep theirs. */
const canonical = ({ type, options, indexes }: Definition): OrderedDocument =>
  new Map<string, unknown>([
    ['type', type],
    ['options', sorted(withoutExpiry(creating(options)))],
    [
      'indexes',
      sorted(
        new Map(
          indexes.map((index) => [
            String(index.get('name')),
            sorted(index.has(expiry) ? new Map([...index, [expiry, true]]) : index),
          ]),
        ),
      ),
    ],
  ]);

const isDocument = (value: unknown): value is OrderedDocument => value instanceof Map;

/** Of what is there, the fields that were there. */
const namedBy = (wanted: OrderedDocument, found: OrderedDocument): OrderedDocument =>
  new Map(
    [...wanted.keys()]
      .filter((field) => found.has(field))
      .map((field): [string, unknown] => {
        const [was, is] = [wanted.get(field), found.get(field)];
        return [field, completed.has(field) && isDocument(was) && isDocument(is) ? namedBy(was, is) : is];
      }),
  );

/** A newer server may add settings of its own to options and to each index; other indexes are not its own. */
const asOlder = (wanted: OrderedDocument, found: OrderedDocument): OrderedDocument =>
  new Map(
    [...found].map(([part, is]): [string, unknown] => {
      const was = wanted.get(part);
      if (part === 'type' || !isDocument(was) || !isDocument(is)) return [part, is];
      if (part === 'options') return [part, namedBy(was, is)];
      const indexes = [...is].map(([name, index]): [string, unknown] => {
        const before = was.get(name);
        return [name, isDocument(before) && isDocument(index) ? namedBy(before, index) : index];
      });
      return [part, new Map(indexes)];
    }),
  );

const printOf = (definition: OrderedDocument): ObjectPrint => ({
  rows: 0,
  sum: hash('sha256', toExtendedJson(definition)).slice(0, 32),
});

const foundOf = async (session: Session, listed: Listed): Promise<OrderedDocument> => {
  const indexes = listed.type === 'view' ? [] : await listIndexes(session, listed);
  return canonical({ ...listed, indexes });
};

const wantedOf = ({ type, options, indexes }: MetaCollection): OrderedDocument =>
  canonical({ type, options: fromBase64(options), indexes: indexes.map(fromBase64) });

/** Definitions that are not as the set says, as `orders (definition)` of either side; nothing where all are. */
export interface Unlike {
  expected: readonly [string, ObjectPrint][];
  found: readonly [string, ObjectPrint][];
}

/**
 * Holds options, indexes by specification and views against the set. A collection that is not there is not named here: its
 * documents are not there either. `isBeside`: other things may be in the place.
 */
export const compareDefinitions = (
  session: Session,
  meta: Meta,
  selected: readonly MetaCollection[],
  isBeside: boolean,
): Promise<Unlike> =>
  session.run('comparing definitions', async (signal) => {
    const listed = new Map((await listCollections(session)).map((one) => [one.name, one]));
    const expected: [string, ObjectPrint][] = [];
    const found: [string, ObjectPrint][] = [];
    for (const one of selected) {
      signal.throwIfAborted();
      const is = listed.get(one.name);
      const object = `${one.name} (definition)`;
      const wanted = wantedOf(one);
      if (is === undefined) {
        if (one.type === 'view') expected.push([object, printOf(wanted)]);
        continue;
      }
      const there = await foundOf(session, is);
      const [want, have] = [
        printOf(wanted),
        printOf(session.server.version === meta.version ? there : asOlder(wanted, there)),
      ];
      if (want.sum === have.sum) continue;
      expected.push([object, want]);
      found.push([object, have]);
    }
    const names = new Set(selected.map(({ name }) => name));
    for (const one of isBeside ? [] : listed.values()) {
      if (one.type === 'view' && !names.has(one.name)) {
        found.push([`${one.name} (definition)`, printOf(await foundOf(session, one))]);
      }
    }
    return { expected, found };
  });
