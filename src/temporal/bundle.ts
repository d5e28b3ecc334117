import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workflowsPath = join(root, 'workflows', 'index.ts');

/** Everything a workflow may import: nothing else can change the bundle. */
const sources = ['workflows', 'src/domain'];

const filesOf = async (folder: string): Promise<string[]> => {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((one) => one.isFile() && one.name.endsWith('.ts'))
    .map((one) => join(one.parentPath, one.name))
    .sort();
};

/** SHA-256 over the sources and the version of the SDK that bundles them. */
const digestSources = async (): Promise<string> => {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url).resolve('@temporalio/worker/package.json');
  const files = [sdk, ...(await Promise.all(sources.map(filesOf))).flat()];
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
};

const defaultFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dr-runbooks', 'bundles');

/**
 * Bundles the workflows as a worker would, without a word on the console. Stack traces keep their files and lines; the
 * text of the sources, two thirds of a bundle, stays out.
 */
export const bundleWorkflows = async (): Promise<string> => {
  const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    logger: quiet,
    webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
  });
  return code;
};

/**
 * The workflows as one file, for `Worker.create({ workflowBundle })`. Bundling takes seconds and a hundred megabytes, so it
 * happens once for each state of the sources; the file appears by a rename, and a killed bundling leaves a `.part` file
 * that nobody reads. Where the folder cannot be written, the code itself is the answer.
 */
export const workflowBundle = async (folder = defaultFolder()): Promise<WorkflowBundleOption> => {
  const codePath = join(folder, `${await digestSources()}.js`);
  if (existsSync(codePath)) return { codePath };
  const code = await bundleWorkflows();
  const part = join(folder, `${randomUUID()}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(part, code);
    await rename(part, codePath);
    return { codePath };
  } catch {
    return { code };
  }
};
