import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, runTool } from './tool.ts';

/**
 * Puts Python packages at exact versions into `folder`, with what they need unless told `alone`, and without a path of the
 * place they were built in: put the folder on `PYTHONPATH`. @throws Error when Python is missing or the install fails
 */
export const installPython = async (
  folder: string,
  packages: readonly string[],
  options: { alone: boolean },
): Promise<void> => {
  const venv = join(folder, 'venv');
  await runTool('python3', ['-m', 'venv', venv], { timeoutMs: 120_000 });
  const pip = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--retries', '1', '--target', folder];
  const args = [...pip, ...(options.alone ? ['--no-deps'] : []), ...packages];
  await runProgram(join(venv, 'bin', 'python3'), args, { timeoutMs: 900_000 });
  await rm(venv, { recursive: true });
};
