import { dirname } from 'node:path';
import { startMinio } from '../../src/local/components/minio.ts';
import { startPostgres } from '../../src/local/components/postgres.ts';
import { startTemporal } from '../../src/local/components/temporal.ts';

// A process that owns one server of each kind, says their pids and folders on standard output, and then only waits to die.
const [postgres, minio, temporal] = await Promise.all([
  startPostgres(),
  startMinio(),
  startTemporal({ durable: true }),
]);
const servers = [postgres, minio, temporal].map(({ pid, logFile }) => ({ pid, dir: dirname(logFile) }));
process.stdout.write(`${JSON.stringify(servers)}\n`);
setInterval(() => undefined, 60_000);
