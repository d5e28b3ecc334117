import { CommanderError } from 'commander';
import { createSecrets, type Secrets } from '../../activities/secrets.ts';
import { DrError, exitCodeOf, isDrError } from '../domain/errors.ts';
import type { Answer, ExitCode } from './answer.ts';
import { createProgram } from './program.ts';
import { openSession } from './session.ts';
import { createTerminal, type Streams } from './terminal.ts';

/** A mistake in the command line itself, in the words of every other error. */
const fromCommander = (error: CommanderError): DrError => {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const near = rest.join(' ').replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?');
  return new DrError(
    'bad-input',
    first,
    near === '' ? 'dr --help lists the commands; dr help <command> one of them' : near,
  );
};

const describe = (error: unknown): { kind: string; message: string; hint: string; facts: unknown } => {
  if (isDrError(error)) return { kind: error.kind, message: error.message, hint: error.hint, facts: error.facts };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'unexpected', message, hint: 'run it again; if it stays, look at what the message names', facts: {} };
};

/**
 * Runs one command. Writes exactly one JSON document to `out` with `--json`, the answer for people without it; everything
 * else goes to `err`. Never throws and never exits: the caller does, with the code it answers.
 */
export const main = async (argv: readonly string[], streams: Streams, signal: AbortSignal): Promise<ExitCode> => {
  const isJson = argv.includes('--json');
  const known: Secrets[] = [createSecrets(async () => '')];
  const scrubAll = <T>(value: T): T => known.reduce((clean, secrets) => secrets.scrubAll(clean), value);
  const terminal = createTerminal(streams, scrubAll);

  const print = ({ json, text, exit = 0 }: Answer): ExitCode => {
    if (isJson) terminal.answer(JSON.stringify(scrubAll(json), null, 2));
    if (text !== '') (isJson ? terminal.say : terminal.answer)(text);
    return exit;
  };
  const fail = (error: unknown): ExitCode => {
    const exit = exitCodeOf(error);
    const described = describe(error);
    if (isJson) terminal.answer(JSON.stringify(scrubAll({ error: described, exit }), null, 2));
    terminal.say(`${described.message}\nhint: ${described.hint}`);
    return exit;
  };

  let exit: ExitCode = 0;
  const help = (text: string) => streams.out.write(text);
  const program = createProgram(help, async (load, args, options) => {
    const session = openSession({ terminal, hide: (secrets) => known.push(secrets), signal, options });
    exit = print(await (await load())(session, args, options));
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error);
    return error.exitCode === 0 ? 0 : fail(fromCommander(error));
  }
};
