import { main } from './cli/main.ts';
import { DrError } from './domain/errors.ts';

const interrupted = new AbortController();
const stop = (): void =>
  interrupted.abort(
    new DrError('interrupted', 'the command was told to stop', 'give it again: what was done stays done'),
  );
// The first Ctrl-C lets work stop in order; the second one ends the process.
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
// Whoever reads has seen enough: `dr sets | head`.
process.stdout.on('error', () => process.exit(1));

const streams = { in: process.stdin, out: process.stdout, err: process.stderr };
const code = await main(process.argv.slice(2), streams, interrupted.signal);
// Ends although a pooled connection may still linger; both streams are written out before.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
