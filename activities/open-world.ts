import { availableParallelism } from 'node:os';
import { DrError, describeError } from '../src/domain/errors.ts';
import type { SecretRef } from '../src/domain/words.ts';
import type { Estate } from '../src/estate/estate.ts';
import { resolveSecret } from '../src/estate/secrets.ts';
import { createProviders } from '../src/providers/registry.ts';
import { probe } from '../src/services/probe.ts';
import { loadKinds } from '../src/stores/registry.ts';
import { envFile } from '../src/switches/env-file.ts';
import { milvusAlias } from '../src/switches/milvus-alias.ts';
import { connectVault } from '../src/vault/connect-vault.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import { temporalUi } from './temporal-ui.ts';
import { productVersions } from './versions.ts';
import type { World } from './world.ts';

/** Connections that one activity uses: more do not help two cores, and a server has only so many. */
const mostConnections = 4;

/** A user who waited longer has left. */
const probeTimeoutMs = 5_000;

/** Secrets of an estate, remembered for scrubbing. */
export const secretsOf = (estate: Estate): Secrets => createSecrets((ref) => resolveSecret(ref, estate.folder));

/**
 * Builds what activities need from an estate. Connects to nothing but the vault.
 * @throws DrError as `connectVault` and `temporalUi` do
 */
export const openWorld = async (estate: Estate, secrets: Secrets = secretsOf(estate)): Promise<World> => ({
  estate,
  vault: await connectVault(estate.vault, { secret: secrets.resolve, folder: estate.folder }),
  secrets,
  kinds: await loadKinds(Object.values(estate.targets).map(({ kind }) => kind)),
  providers: createProviders(secrets.resolve),
  openSwitch: (config) => (config.kind === 'env-file' ? envFile(config, estate.folder) : milvusAlias(config)),
  probe: ({ health }, signal) => probe({ health, timeoutMs: probeTimeoutMs }, signal),
  temporalUi: temporalUi(process.env),
  now: () => new Date().toISOString(),
  parallel: Math.max(2, Math.min(mostConnections, availableParallelism())),
  versions: productVersions(),
});

const refsIn = (value: unknown): SecretRef[] => {
  if (typeof value === 'string') return /^(env|file):/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(refsIn);
};

/**
 * Resolves every secret that an estate refers to, so that a process that lacks some says so when it starts.
 * @throws DrError `missing`, naming all of them at once
 */
export const checkSecrets = async (estate: Estate, secrets: Secrets): Promise<void> => {
  const refs = [...new Set(refsIn(estate))];
  const settled = await Promise.allSettled(refs.map((ref) => secrets.resolve(ref)));
  const problems = settled.flatMap((one) =>
    one.status === 'rejected' ? [describeError(one.reason).split('\n')[0]] : [],
  );
  if (problems.length === 0) return;
  throw new DrError('missing', problems.join('; '), 'set them where this process runs, then start it again');
};
