/**
 * `npm run conformance -- <kind> [url]`: the suite that every kind of store has to pass, alone, against one server.
 *
 *   npm run conformance -- mongodb mongodb://127.0.0.1:27017
 *   DR_TEST_MONGODB_URL=mongodb://user:password@host npm run conformance -- mongodb
 *
 * The suite makes databases of its own there and removes them. Without a URL it starts a server. npm prints the words of a
 * command: a URL with a password belongs into the variable.
 *
 * Exit codes: 0 every promise holds, 1 one does not, 2 bad input.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeArgs } from '../../bin/node-options.mjs';
import { readWords, scrubber } from './conformance/words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Passes on line by line what a stream says, without the password. */
const tell = async (from: NodeJS.ReadableStream, to: NodeJS.WritableStream, scrub: (text: string) => string) => {
  for await (const line of createInterface({ input: from })) to.write(`${scrub(line)}\n`);
};

const read = readWords(process.argv.slice(2), process.env);
if ('problem' in read) {
  process.stderr.write(`${read.problem}\n`);
  process.exitCode = 2;
} else {
  const { kind, variable, url } = read;
  const scrub = scrubber(url);
  process.stdout.write(
    `${kind}: every promise of the port, against ${url === null ? 'a server of its own' : variable}\n`,
  );
  const reporters = ['--reporter=verbose', '--reporter=./test/support/not-run-reporter.ts'];
  const suite = [`test/stores/${kind}.test.ts`, '--project', 'fast', ...reporters];
  const child = spawn(process.execPath, [...nodeArgs, 'node_modules/vitest/vitest.mjs', 'run', ...suite], {
    cwd: root,
    env: { ...process.env, ...(url === null ? {} : { [variable]: url }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code === 0 ? 0 : 1)));
  await Promise.all([tell(child.stdout, process.stdout, scrub), tell(child.stderr, process.stderr, scrub)]);
  process.exitCode = await ended;
}
