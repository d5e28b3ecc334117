import type { StockDump } from '../../look.ts';
import { environmentOf } from '../connection/address.ts';
import { findProgram } from '../connection/programs.ts';
import type { Session } from '../connection/session.ts';
import { ownSchema } from '../meta.ts';
import { runProgram, streamProgram } from './stream-program.ts';

const argsOf = ({ format, schemaOnly }: StockDump): string[] => [
  `--format=${format}`,
  `--exclude-schema=${ownSchema}`,
  '--lock-wait-timeout=10s',
  '--no-password',
  ...(schemaOnly ? ['--schema-only'] : []),
];

/** All of the place but the product's own, as `pg_dump` writes it, with its defaults. */
export const dump = async function* (session: Session, how: StockDump): AsyncIterable<Uint8Array> {
  const { path } = await findProgram('pg_dump', session.server.major);
  const { signal } = session.work;
  yield* streamProgram('pg_dump', path, argsOf(how), { env: environmentOf(session.at), signal });
};

/** The same into a file: only there `pg_dump` can note where each table begins, which a parallel `pg_restore` needs. */
export const dumpTo = async (session: Session, file: string, how: StockDump): Promise<void> => {
  const { path } = await findProgram('pg_dump', session.server.major);
  const { signal } = session.work;
  await runProgram('pg_dump', path, [...argsOf(how), `--file=${file}`], { env: environmentOf(session.at), signal });
};
