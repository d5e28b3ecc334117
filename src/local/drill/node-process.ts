import { fileURLToPath } from 'node:url';
import { type ServerProcess, serverProcess } from '../components/process.ts';
import { makeRunDir, removeRunDir } from '../components/run-dir.ts';
import type { Say } from '../components/say.ts';

/** One of this product's own processes, in a group of its own that ends with us. */
export interface NodeProcess {
  readonly server: ServerProcess;
  stop(): Promise<void>;
}

/** Starts `file` (from the root of the checkout) and waits until its output holds `ready`. */
export const startNode = async (
  name: string,
  file: string,
  options: { env: Readonly<Record<string, string>>; ready: string; say: Say },
): Promise<NodeProcess> => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const dir = await makeRunDir(name.replaceAll(' ', '-'), null);
  const { XDG_CACHE_HOME, HOME, NODE_EXTRA_CA_CERTS } = process.env;
  const inherited = Object.entries({ XDG_CACHE_HOME, HOME, NODE_EXTRA_CA_CERTS }).filter(
    ([, value]) => value !== undefined,
  );
  const server = serverProcess(
    {
      name,
      command: process.execPath,
      args: [`${root}/${file}`],
      env: { ...(Object.fromEntries(inherited) as Record<string, string>), ...options.env },
      user: null,
      dir,
      stopSignal: 'SIGTERM',
      isReady: ({ log }) => log.includes(options.ready),
    },
    options.say,
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    await removeRunDir(dir);
  };
  try {
    await server.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { server, stop };
};
