import { execa } from 'execa';
import { DrError, isDrError } from '../../../domain/errors.ts';
import { interrupted } from '../../failure.ts';
import { programFailure } from '../connection/programs.ts';

interface Run {
  env?: Readonly<Record<string, string>>;
  /** What it reads; nothing without it. */
  input?: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

/** What a program of PostgreSQL's own said, as a named error; a full disk is one of its own here too. */
const failureOf = (program: 'pg_dump' | 'pg_restore', said: string, signal: AbortSignal): DrError => {
  if (signal.aborted) return interrupted();
  if (!/No space left on device/.test(said)) return programFailure(program, said);
  return new DrError('no-space', `${program} failed: no space left on device`, 'free disk space, or write elsewhere');
};

/**
 * What a program writes, as it comes: a reader that is slow keeps the program waiting, one that leaves ends it.
 * @throws DrError as `programFailure` names it, `no-space`, `interrupted`
 */
export const streamProgram = async function* (
  program: 'pg_dump' | 'pg_restore',
  path: string,
  args: readonly string[],
  { env = {}, input, signal }: Run,
): AsyncIterable<Uint8Array> {
  const child = execa(path, args, {
    env,
    ...(input === undefined ? { stdin: 'ignore' } : { stdin: input }),
    buffer: { stdout: false, stderr: true },
    encoding: 'buffer',
    cancelSignal: signal,
    forceKillAfterDelay: 200,
    reject: false,
  });
  let isRead = false;
  try {
    for await (const piece of child.stdout) yield piece as Uint8Array;
    isRead = true;
  } catch (error) {
    if (signal.aborted) throw interrupted();
    throw error;
  } finally {
    if (!isRead) child.kill('SIGKILL');
    await child;
  }
  const { failed, stderr, cause } = await child;
  if (isDrError(cause)) throw cause;
  if (failed) throw failureOf(program, Buffer.from(stderr as Uint8Array).toString(), signal);
};

/** Runs a program whose output goes elsewhere. @throws DrError as `streamProgram` */
export const runProgram = async (
  program: 'pg_dump' | 'pg_restore',
  path: string,
  args: readonly string[],
  run: Run,
): Promise<void> => {
  for await (const _ of streamProgram(program, path, args, run));
};
