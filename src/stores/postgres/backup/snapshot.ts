import type { Client } from 'pg';
import type { Selection, Sink } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import type { Snapshot } from '../../port.ts';
import { orStop } from '../../together.ts';
import { readCollations } from '../catalog/collations.ts';
import { readDatabase } from '../catalog/database-properties.ts';
import { readFeatures } from '../catalog/features.ts';
import { readExtensions, readLeftOut, readRoles, readSettings, refuseGaps } from '../catalog/gaps.ts';
import { passwordStream, readPasswords, readRoleDefinitions } from '../catalog/roles.ts';
import { formatOf, isCopied, readTables, type Table } from '../catalog/tables.ts';
import { inView, type View } from '../catalog/view.ts';
import { describeAddress } from '../connection/address.ts';
import type { Session } from '../connection/session.ts';
import { printSequences, readAlgorithm, tallyOf } from '../fingerprint.ts';
import type { PostgresMeta } from '../meta.ts';
import { type Cut, cutsOf, sayCuts } from '../selection/cuts.ts';
import { refuseCutKeys } from '../selection/explain.ts';
import { selectPositions } from '../selection/selection.ts';
import { type Chosen, choose } from './choose.ts';
import { copyRows } from './copy-rows.ts';
import { dumpSchema, surroundingsOf } from './dump-schema.ts';
import { type Entries, entriesOf } from './entries.ts';
import { sampleSearches } from './sample-searches.ts';

const once = async function* (bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
};

/** What the selection leaves out of a set, as sentences. */
const sayLeftOut = ({ parts }: Selection, cuts: { keys: Cut[]; others: Cut[] }): string[] => [
  ...(parts === 'schema'
    ? ['rows of every table, values of sequences and large objects: definitions alone were asked for']
    : []),
  ...(parts === 'data' ? ['definitions of everything, and large objects: rows alone were asked for'] : []),
  ...(cuts.keys.length === 0 ? [] : [`foreign keys to what was not selected: ${sayCuts(cuts.keys, 'references')}`]),
  ...(cuts.others.length === 0 ? [] : [`what needs tables that were not selected: ${sayCuts(cuts.others, 'needs')}`]),
];

/** Rows alone need no archive: they go into what is there. */
const noEntries: Entries = { entries: [], tableNeeds: new Map() };

/** What the server and the database have to be like. */
const readSurroundings = async (client: Client) => {
  const database = await readDatabase(client);
  return {
    features: await readFeatures(client),
    collations: await readCollations(client),
    ...(database === null ? {} : { database }),
  };
};

/** Nothing has been written yet. @throws DrError `no-match`, `refused` */
const readSchema = async (session: Session, view: View, all: readonly Table[], selection: Selection) => {
  const { parts = 'all' } = selection;
  const isWanted = (position: number): boolean => parts === 'all' || all[position]!.kind !== 'large-objects';
  const wanted = new Set([...selectPositions(all, selection)].filter(isWanted));
  if (parts === 'data')
    return {
      archive: null,
      contents: [],
      major: 0,
      chosen: choose(all, wanted, noEntries),
      leftOut: sayLeftOut(selection, { keys: [], others: [] }),
    };
  const { archive, contents, major, leftOut } = await dumpSchema(session, view);
  const from = entriesOf(contents, await surroundingsOf(view.client, all));
  const chosen: Chosen = choose(all, wanted, from);
  const cuts = cutsOf(all, from.entries, chosen.kept);
  if (selection.keys === 'refuse') refuseCutKeys(cuts.keys);
  return { archive, contents, major, chosen, leftOut: [...sayLeftOut(selection, cuts), ...leftOut] };
};

/**
 * Backs up at one moment: pg_dump writes the schema and our own connections the rows, all under one exported snapshot.
 * Killed, it leaves streams that no manifest names, and nothing at the server.
 */
export const snapshot = (session: Session, to: Sink, selection: Selection): Promise<Snapshot<PostgresMeta>> =>
  inView(session, 'backing up', async (view) => {
    const { client } = view;
    await refuseGaps(client, session.server);
    const all = await readTables(client, view.relations, session.server.blockBytes);
    const { parts = 'all' } = selection;
    const isFiltered = [selection.only, selection.except].some((patterns) => patterns?.length);
    session.work.beat({ says: 'reading the schema', bytes: 0, totalBytes: null });
    const { archive, contents, major, chosen, leftOut } = await readSchema(session, view, all, selection);
    const { tables, entries, needs } = chosen;
    if (tables.length === 0 && entries.length === 0) {
      throw new DrError(
        'no-match',
        `nothing to back up in ${describeAddress(session.at)}`,
        'check that it is the right place',
      );
    }
    const schema = archive === null ? null : await orStop(view.signal, to.write('schema', once(archive)));

    const tally = tallyOf(tables, new Set(tables.keys()));
    const sizes = parts === 'schema' ? tables.map(() => []) : await copyRows(session, view, tables, to, tally);
    const sampled = parts === 'all' ? await sampleSearches(client, tables) : { searches: [], leftOut: [] };

    const positions = new Map(tables.map(({ oid }, position) => [oid, position]));
    const isWhole = parts !== 'data' || !isFiltered;
    const sequences = view.sequences
      .filter(({ owner }) => (owner === null ? isWhole : positions.has(owner)))
      .map((one) => (parts === 'schema' ? { ...one, value: one.start, isCalled: false } : one));
    const isUsed = new Set(entries.map(({ id }) => id));
    const owners = contents.flatMap(({ id, owner }) => (isUsed.has(id) ? owner : []));
    const theirs = entries.flatMap((entry) => [entry.owner, ...entry.roles]).filter((name) => !/^(pg_|$)/.test(name));
    const ofAll = async (): Promise<string[]> => (parts === 'data' ? [] : readRoles(client, owners));
    const roles = isFiltered ? [...new Set(theirs)].sort() : await ofAll();
    const roleDefinitions = await readRoleDefinitions(client, roles);
    const passwords = parts === 'data' ? {} : await readPasswords(client, roleDefinitions);
    if (passwords !== null) {
      const hashes = Buffer.from(JSON.stringify(passwords));
      await orStop(view.signal, to.write(passwordStream, once(hashes)));
    }
    const { version, encoding, blockBytes } = session.server;
    return {
      consistency: { kind: 'point-in-time', at: view.at },
      meta: {
        format: 1,
        ...(parts === 'all' ? {} : { parts }),
        server: { version, major: session.server.major, encoding, blockBytes },
        dumpMajor: major,
        schemaBytes: schema?.bytes ?? 0,
        roles,
        ...(parts === 'data' ? {} : { roleDefinitions }),
        extensions: parts === 'data' ? [] : await readExtensions(client),
        tables: tables.map((table, position) => ({
          schema: table.schema,
          name: table.name,
          object: table.object,
          kind: table.kind,
          columns: table.columns.filter(isCopied).map(({ name }) => name),
          types: table.columns.filter(isCopied).map(({ typeName }) => typeName),
          format: formatOf(table),
          parents: table.parents,
          needs: needs[position]!,
          parts: sizes[position]!,
        })),
        sequences: sequences.map(({ schema, name, owner, value, isCalled, start }) => ({
          schema,
          name,
          owner: owner === null ? null : positions.get(owner)!,
          value,
          isCalled,
          start,
        })),
        ...(parts === 'data' ? {} : await readSurroundings(client)),
        settings: parts === 'data' ? [] : await readSettings(client),
        entries,
        ...(sampled.searches.length === 0 ? {} : { searches: sampled.searches }),
      },
      fingerprint: {
        algorithm: await readAlgorithm(client),
        objects: { ...tally.objects(), ...printSequences(sequences) },
      },
      leftOut: [
        ...leftOut,
        ...(passwords === null ? ['passwords of roles, which this login may not read'] : []),
        ...sampled.leftOut,
        ...(await readLeftOut(view, roles, session.server.isStandby)),
      ],
    };
  });
