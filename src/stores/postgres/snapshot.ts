import type { Filter, Sink } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import type { Snapshot } from '../port.ts';
import { describeAddress } from './address.ts';
import { choose } from './choose.ts';
import { copyRows } from './copy-rows.ts';
import { dumpSchema, surroundingsOf } from './dump-schema.ts';
import { entriesOf } from './entries.ts';
import { printSequences, readAlgorithm, tallyOf } from './fingerprint.ts';
import { readExtensions, readLeftOut, readRoles, readSettings, refuseGaps } from './gaps.ts';
import type { PostgresMeta } from './meta.ts';
import { selectPositions } from './selection.ts';
import type { Session } from './session.ts';
import { formatOf, isCopied, readTables } from './tables.ts';
import { orStop } from './together.ts';
import { inView } from './view.ts';

const once = async function* (bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
};

/**
 * Backs up at one moment: pg_dump writes the schema and our own connections the rows, all under one exported snapshot.
 * Killed, it leaves streams that no manifest names, and nothing at the server.
 */
export const snapshot = (session: Session, to: Sink, filter: Filter): Promise<Snapshot<PostgresMeta>> =>
  inView(session, 'backing up', async (view) => {
    const { client } = view;
    await refuseGaps(client, session.server);
    const all = await readTables(client, view.relations, session.server.blockBytes);
    const wanted = selectPositions(all, filter);
    session.work.beat({ says: 'reading the schema', bytes: 0, totalBytes: null });
    const { archive, contents, major } = await dumpSchema(session, view);
    const { tables, entries, needs } = choose(all, wanted, entriesOf(contents, await surroundingsOf(client, all)));
    if (tables.length === 0 && entries.length === 0) {
      throw new DrError(
        'no-match',
        `nothing to back up in ${describeAddress(session.at)}`,
        'check that it is the right place',
      );
    }
    const schema = await orStop(view.signal, to.write('schema', once(archive)));

    const tally = tallyOf(tables, new Set(tables.keys()));
    const sizes = await copyRows(session, view, tables, to, tally);

    const positions = new Map(tables.map(({ oid }, position) => [oid, position]));
    const sequences = view.sequences.filter(({ owner }) => owner === null || positions.has(owner));
    const isUsed = new Set(entries.map(({ id }) => id));
    const owners = contents.flatMap(({ id, owner }) => (isUsed.has(id) ? owner : []));
    const roles = await readRoles(client, owners);
    const { version, encoding, blockBytes } = session.server;
    return {
      consistency: { kind: 'point-in-time', at: view.at },
      meta: {
        format: 1,
        server: { version, major: session.server.major, encoding, blockBytes },
        dumpMajor: major,
        schemaBytes: schema.bytes,
        roles,
        extensions: await readExtensions(client),
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
        settings: await readSettings(client),
        entries,
      },
      fingerprint: {
        algorithm: await readAlgorithm(client),
        objects: { ...tally.objects(), ...printSequences(sequences) },
      },
      leftOut: await readLeftOut(view, roles, session.server.isStandby),
    };
  });
