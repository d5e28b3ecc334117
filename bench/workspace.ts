import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRunDir, removeRunDir } from '../src/local/components/run-dir.ts';

/** Where `dr` works: a folder with `estate.yaml` and an empty vault. */
export interface Workspace extends AsyncDisposable {
  folder: string;
  /** What `dr` is started with. */
  env: NodeJS.ProcessEnv;
}

/**
 * One target of `kind` for each of `names`. Its primary is at the variable of its name in capitals and its copies at
 * `SERVER`; `urls` has both.
 */
export const openWorkspace = async (
  kind: string,
  names: readonly string[],
  urls: Readonly<Record<string, string>>,
): Promise<Workspace> => {
  const folder = await makeRunDir(`bench-${kind}`, null);
  const estate = join(folder, 'estate.yaml');
  await mkdir(join(folder, 'vault'));
  await writeFile(
    estate,
    `name: bench
region: here
vault: { kind: folder, path: ./vault, key: env:VAULT_KEY }
targets:
${names.map((name) => `  ${name}: { kind: ${kind}, primary: env:${name.toUpperCase()}, scratchServer: env:SERVER }`).join('\n')}
`,
  );
  return {
    folder,
    env: { ...process.env, DR_ESTATE: estate, VAULT_KEY: randomBytes(32).toString('hex'), ...urls },
    [Symbol.asyncDispose]: () => removeRunDir(folder),
  };
};
