import type { Client } from 'pg';
import type { RestoreSelection } from '../../../domain/data.ts';
import { ident, literal } from '../connection/quote.ts';
import type { DatabaseMeta } from '../meta.ts';

/** With this the provider of places marks what it may remove: it stays with its database and comes with no set. */
const isOurs = (comment: string): boolean => comment.startsWith('made by dr-runbooks ');

const withoutOurs = (comment: string | null): string | null =>
  comment !== null && isOurs(comment) ? comment.replace(/^.*\n*/, '') || null : comment;

/** Comment and rights of the database itself. Null where both are as in a new one. */
export const readDatabase = async (client: Client): Promise<DatabaseMeta | null> => {
  const { rows } = await client.query<{ comment: string | null; rights: DatabaseMeta['rights'] }>(
    `SELECT shobj_description(d.oid, 'pg_database') AS comment,
      CASE WHEN d.datacl IS NOT NULL THEN (SELECT coalesce(json_agg(json_build_object('role', r.rolname, 'right', a.privilege_type,
          'isGrantable', a.is_grantable) ORDER BY r.rolname NULLS FIRST, a.privilege_type), '[]')
        FROM aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE a.grantee <> d.datdba) END AS rights
    FROM pg_database d WHERE d.datname = current_database()`,
  );
  const comment = withoutOurs(rows[0]!.comment);
  const { rights } = rows[0]!;
  return comment === null && rights === null ? null : { comment, rights };
};

/** Gives them to the database one is connected to; what a provider wrote into its comment stays in front. */
export const setDatabase = async (
  client: Client,
  { comment, rights }: DatabaseMeta,
  { owners = 'keep', privileges = 'keep' }: RestoreSelection,
): Promise<void> => {
  const { rows } = await client.query<{ name: string; comment: string | null }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = current_database()`,
  );
  const name = ident(rows[0]!.name);
  const before = rows[0]!.comment;
  if (comment !== null) {
    const mark = before !== null && isOurs(before) ? `${before.split('\n', 1)[0]}\n\n` : '';
    await client.query(`COMMENT ON DATABASE ${name} IS ${literal(mark + comment)}`);
  }
  if (rights === null || privileges === 'drop') return;
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  for (const { role, right, isGrantable } of rights) {
    const renamed = role !== null && typeof owners !== 'string' && Object.hasOwn(owners, role) ? owners[role]! : role;
    const whom = renamed === null ? 'PUBLIC' : ident(renamed);
    await client.query(`GRANT ${right} ON DATABASE ${name} TO ${whom}${isGrantable ? ' WITH GRANT OPTION' : ''}`);
  }
};
