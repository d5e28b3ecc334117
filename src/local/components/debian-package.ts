import { allOnPath, runProgram } from './tool.ts';

let updated: Promise<string> | undefined;

/** Installs packages of Debian and its kin. @throws Error when this user may not, there is no apt-get, or it fails */
export const installDebian = async (...packages: readonly string[]): Promise<void> => {
  if (process.getuid?.() !== 0) throw new Error('only root installs packages');
  const [apt] = await allOnPath('apt-get');
  if (apt === undefined) throw new Error('no apt-get on PATH');
  const run = (args: readonly string[]): Promise<string> =>
    runProgram(apt, args, { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 600_000 });
  updated ??= run(['update', '-q']);
  await updated;
  await run(['install', '-q', '-y', '--no-install-recommends', ...packages]);
};
