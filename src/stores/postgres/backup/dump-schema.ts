import { execa } from 'execa';
import type { Client } from 'pg';
import { DrError } from '../../../domain/errors.ts';
import type { Table } from '../catalog/tables.ts';
import type { View } from '../catalog/view.ts';
import { environmentOf } from '../connection/address.ts';
import { findProgram, programFailure } from '../connection/programs.ts';
import type { Session } from '../connection/session.ts';
import { ownSchema } from '../meta.ts';
import { type ArchiveEntry, readContents } from './archive.ts';
import type { Surroundings } from './entries.ts';
import { leaveSecrets } from './leave-secrets.ts';

/** More is not a schema but data in disguise, and has to fit in memory at a restore. */
const mostBytes = 256_000_000;

export interface Schema {
  archive: Buffer;
  contents: readonly ArchiveEntry[];
  /** Of the program that wrote it. */
  major: number;
  /** Secrets that are not in it, as sentences. */
  leftOut: readonly string[];
}

/**
 * Everything of a database but rows, as pg_dump writes it at the moment of the view.
 * @throws DrError `missing` (no pg_dump), `no-permission`, `busy`, `not-supported`
 */
export const dumpSchema = async (session: Session, view: View): Promise<Schema> => {
  const { path, major } = await findProgram('pg_dump', session.server.major);
  const result = await execa(
    path,
    [
      '--format=custom',
      '--compress=0',
      '--encoding=UTF8',
      '--section=pre-data',
      '--section=post-data',
      '--lock-wait-timeout=10s',
      `--exclude-schema=${ownSchema}`,
      `--snapshot=${view.id}`,
    ],
    {
      env: environmentOf(session.at),
      encoding: 'buffer',
      maxBuffer: mostBytes,
      cancelSignal: view.signal,
      forceKillAfterDelay: 200,
      reject: false,
    },
  );
  if (result.isMaxBuffer) {
    throw new DrError(
      'not-supported',
      `the schema alone is larger than ${mostBytes} bytes`,
      'back this database up physically',
    );
  }
  if (result.failed) throw programFailure('pg_dump', Buffer.from(result.stderr).toString());
  const { archive, leftOut } = leaveSecrets(Buffer.from(result.stdout));
  return { archive, contents: readContents(archive), major, leftOut };
};

const isLargeObject = (kind: string): boolean => kind.startsWith('BLOB');

/** What entries cost, and which of them make the tables of the set. */
export const surroundingsOf = async (client: Client, tables: readonly Table[]): Promise<Surroundings> => {
  const { rows } = await client.query<{ kind: string; oid: string; bytes: string }>(`
    SELECT 'INDEX' AS kind, indexrelid::int8 AS oid, pg_relation_size(indexrelid) AS bytes FROM pg_index
    UNION ALL SELECT CASE contype WHEN 'f' THEN 'FK CONSTRAINT' ELSE 'CONSTRAINT' END, oid::int8,
      CASE contype WHEN 'f' THEN pg_relation_size(conrelid) ELSE pg_relation_size(conindid) END
      FROM pg_constraint WHERE contype IN ('p', 'u', 'x', 'f')
    UNION ALL SELECT 'MATERIALIZED VIEW DATA', oid::int8, pg_table_size(oid) FROM pg_class WHERE relkind = 'm'`);
  const bytes = new Map(rows.map(({ kind, oid, bytes }) => [`${kind} ${oid}`, Number(bytes)]));
  const positions = new Map(tables.map(({ oid }, position) => [oid, position]));
  const pages = positions.get(0);
  return {
    positionOf: ({ kind, oid }) => (isLargeObject(kind) ? pages : kind === 'TABLE' ? positions.get(oid) : undefined),
    bytesOf: ({ kind, oid }) => Math.max(1, bytes.get(`${kind} ${oid}`) ?? 1),
  };
};
