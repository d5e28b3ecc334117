import { main } from './cli/main.ts';
import { DrError } from './domain/errors.ts';

const interrupted = new AbortController();
const stop = (): void =>
  interrupted.abort(
    new DrError('interrupted', 'the command was told to stop', 'give it again: what was done stays done'),
  );
/** The first Ctrl-C lets work stop in order; the second one ends the process. */
const stopOrLeave = (): void => {
  if (interrupted.signal.aborted) process.exit(130);
  stop();
};
// For good: a library that finds no listener left on a signal ends the process with it.
process.on('SIGINT', stopOrLeave);
process.on('SIGTERM', stopOrLeave);
// Whoever reads has seen enough: `dr sets | head`. Work in progress cleans up after itself.
process.stdout.on('error', stop);

const streams = { in: process.stdin, out: process.stdout, err: process.stderr };
const code = await main(process.argv.slice(2), streams, interrupted.signal);
// Ends although a pooled connection may still linger; both streams are written out before.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
