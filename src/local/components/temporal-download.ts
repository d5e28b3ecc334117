import { chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFile, downloadPlatform, downloadText } from './download.ts';
import { runTool } from './tool.ts';

/**
 * Temporal's own download site, asked the way the SDK's test environment asks it: it answers which archive to fetch and
 * which file in it is the program. Puts that file into `folder` as `program`.
 * @throws Error when the site cannot be reached within 5 s
 */
export const downloadTemporal = async (
  folder: string,
  artifact: 'cli' | 'temporal-test-server',
  version: string,
  program: string,
): Promise<void> => {
  const query = new URLSearchParams({ ...downloadPlatform(), format: 'tar.gz' });
  const answer = await downloadText(`https://temporal.download/${artifact}/${version}?${query}`);
  const { archiveUrl, fileToExtract } = JSON.parse(answer) as { archiveUrl: string; fileToExtract: string };
  const archive = join(folder, 'archive.tar.gz');
  await downloadFile(archiveUrl, archive);
  await runTool('tar', ['-xzf', archive, '-C', folder, fileToExtract], { timeoutMs: 120_000 });
  if (fileToExtract !== program) {
    await rename(join(folder, fileToExtract), join(folder, program));
  }
  await chmod(join(folder, program), 0o755);
  await rm(archive);
};
