import { dirname } from 'node:path';
import { startMinio } from '../../src/local/components/minio.ts';
import { startPostgres } from '../../src/local/components/postgres.ts';
import { startTemporal } from '../../src/local/components/temporal.ts';

// A process that owns servers (those named, or one of each kind), says their pids and folders on standard output, and then
// only waits to die.
const starters = {
  postgres: () => startPostgres(),
  minio: () => startMinio(),
  temporal: () => startTemporal({ durable: true }),
};
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(starters);
const running = await Promise.all(wanted.map((name) => starters[name as keyof typeof starters]()));
const servers = running.map(({ pid, logFile }) => ({ pid, dir: dirname(logFile) }));
process.stdout.write(`${JSON.stringify(servers)}\n`);
setInterval(() => undefined, 60_000);
