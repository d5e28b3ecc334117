import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { MemoryVault } from '../support/memory-vault.ts';

/** The set as files, for another process. */
export const keptIn = async ({ vault, meta }: { vault: MemoryVault; meta: unknown }): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dr-set-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
  for (const [name, bytes] of vault.streams) await writeFile(join(folder, encodeURIComponent(name)), bytes);
  return folder;
};
