import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Act, commands, type Options } from './commands.ts';

type Run = (load: () => Promise<Act>, args: readonly string[], options: Options) => Promise<void>;

const version = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version);
};

/**
 * The command line as commander knows it: `help` prints what was asked for. Throws a `CommanderError` instead of exiting; what a command does is loaded only
 * when it is asked for, so that help is fast.
 */
export const createProgram = (help: (text: string) => void, run: Run): Command => {
  const program = new Command('dr')
    .description('Disaster recovery: proven backups, measured recoveries')
    .version(version())
    .option('--estate <file>', 'the estate file (default: $DR_ESTATE, else ./estate.yaml)')
    .option('--json', 'one JSON document on standard output; text for people goes to standard error')
    .configureOutput({ writeOut: help, writeErr: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const { usage, says, options = [], load } of commands) {
    const command = program.command(usage).description(says).allowExcessArguments(false);
    for (const [flags, description] of options) command.option(flags, description);
    command.action(() => run(load, command.args, command.optsWithGlobals()));
  }
  return program;
};
