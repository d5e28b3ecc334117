import { describeError } from '../../domain/errors.ts';
import { startMinio } from '../components/minio.ts';
import { startPostgres } from '../components/postgres.ts';
import { startTemporal } from '../components/temporal.ts';
import { processId } from './process-id.ts';
import { estateFolder, readState, removeState, writeState } from './state.ts';

// The process behind `dr up`: owns the servers until SIGTERM. When it dies any other way, its keeper ends them.

const dir = process.argv[2] ?? estateFolder();
const say = (line: string): void => console.log(line);
say(`host process ${process.pid}`);
const asked = Promise.withResolvers<void>();
let isUp = false;
const end = (): void => {
  if (isUp) asked.resolve();
  else process.exit(1);
};
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
// `dr up` holds standard input open until it has seen the state: when it is gone before, nobody wants this estate.
process.stdin.resume().once('end', () => {
  if (!isUp) end();
});
// Servers do not hold this process open: this does.
const hold = setInterval(() => undefined, 60_000);

const startAll = async () => {
  const starting = [startTemporal({ durable: true, say }), startPostgres({ say }), startMinio({ say })] as const;
  try {
    return await Promise.all(starting);
  } catch (error) {
    for (const result of await Promise.allSettled(starting)) {
      if (result.status === 'fulfilled') await result.value.stop();
    }
    throw error;
  }
};

try {
  const [temporal, postgres, minio] = await startAll();
  isUp = true;
  const { endpoint, region, accessKeyId, secretAccessKey } = minio;
  await writeState(
    {
      version: 1,
      host: processId(process.pid),
      startedAt: new Date().toISOString(),
      temporal: { address: temporal.address, uiUrl: temporal.uiUrl, namespace: 'default', pid: temporal.pid },
      postgres: { url: postgres.url, port: postgres.port, bin: postgres.bin, pid: postgres.pid },
      minio: { endpoint, region, accessKeyId, secretAccessKey, pid: minio.pid },
    },
    dir,
  );
  await asked.promise;
  await Promise.all([temporal.stop(), postgres.stop(), minio.stop()]);
  if (readState(dir)?.host.pid === process.pid) await removeState(dir);
} catch (error) {
  say(describeError(error));
  process.exitCode = 1;
} finally {
  clearInterval(hold);
}
