import { resolve } from 'node:path';
import type { SecretRef } from '../domain/words.ts';
import { parseVaultKey } from './data-key.ts';
import { folderBackend } from './folder-backend.ts';
import type { Backend, Vault } from './port.ts';
import { s3Backend } from './s3-backend.ts';
import { openVault } from './vault.ts';

/** A vault as the estate describes it: references to secrets, never secrets. */
export type VaultConfig = { key: SecretRef; keyName: string } & BackendConfig;

export type BackendConfig =
  | { kind: 'folder'; path: string }
  | {
      kind: 's3';
      bucket: string;
      prefix: string;
      region: string;
      endpoint?: string;
      accessKeyId: SecretRef;
      secretAccessKey: SecretRef;
    };

/** What a configuration needs from its surroundings. */
export interface Surroundings {
  /** The secret behind a reference. @throws DrError `missing` */
  secret(ref: SecretRef): string | Promise<string>;
  /** Where relative paths start. */
  folder: string;
}

export const connectBackend = async (config: BackendConfig, from: Surroundings): Promise<Backend> => {
  if (config.kind === 'folder') return folderBackend(resolve(from.folder, config.path));
  const { kind: _, ...where } = config;
  return s3Backend({
    ...where,
    accessKeyId: await from.secret(config.accessKeyId),
    secretAccessKey: await from.secret(config.secretAccessKey),
  });
};

/**
 * Opens the vault an estate names.
 * @throws DrError `missing` (a secret), `bad-input` (the key), `wrong-key`, `unreachable`, `no-permission`
 */
export const connectVault = async (config: VaultConfig, from: Surroundings): Promise<Vault> => {
  const key = { name: config.keyName, bytes: parseVaultKey(await from.secret(config.key)) };
  return openVault(await connectBackend(config, from), key);
};
