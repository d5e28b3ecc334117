import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './tool.ts';

/** Builds a Go program at an exact version into `folder` as `program`. @throws Error when Go is missing or the build fails */
export const goInstall = async (folder: string, module: string, program: string): Promise<void> => {
  const bin = join(folder, 'gobin');
  await runTool('go', ['install', '-trimpath', module], { env: { GOBIN: bin }, timeoutMs: 1_800_000 });
  await rename(join(bin, program), join(folder, program));
  await rm(bin, { recursive: true });
};
