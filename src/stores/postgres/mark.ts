import type { Client } from 'pg';
import type { Mark } from '../../domain/words.ts';
import { ownSchema } from './meta.ts';
import { isThere, makeOwnTables } from './restore/ledger.ts';

/** Writes or replaces the mark, in the transaction that is open. */
export const writeMark = async (client: Client, mark: Mark): Promise<void> => {
  await makeOwnTables(client);
  await client.query(
    `INSERT INTO ${ownSchema}.mark (id, target, role, epoch, run) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (one) DO UPDATE SET id = excluded.id, target = excluded.target, role = excluded.role,
        epoch = excluded.epoch, run = excluded.run`,
    [mark.id, mark.target, mark.role, mark.epoch, mark.run ?? null],
  );
};

/** Null when there is none. */
export const readMark = async (client: Client): Promise<Mark | null> => {
  if (!(await isThere(client, 'mark'))) return null;
  const { rows } = await client.query(`SELECT id, target, role, epoch, run FROM ${ownSchema}.mark`);
  if (rows[0] === undefined) return null;
  const { run, epoch, ...rest } = rows[0];
  return { ...rest, epoch: Number(epoch), ...(run === null ? {} : { run }) };
};
