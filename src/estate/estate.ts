import type { Check } from '../domain/checks.ts';
import type { Objective } from '../domain/plan.ts';
import type { Risk } from '../domain/risk.ts';
import type { Digest, PlaceSpec, SecretRef, StoreKind, TargetId } from '../domain/words.ts';

/** `estate.yaml`, parsed, defaulted and checked. Holds references to secrets, never secrets. */
export interface Estate {
  name: string;
  /** SHA-256 of the canonical JSON of what was parsed: plans carry it, workers with another refuse. */
  digest: Digest;
  /** Folder of the file: relative paths in it start here. */
  folder: string;
  /** Names the queue whose workers are near the stores. */
  region: string;
  vault: VaultConfig;
  people: Readonly<Record<string, Person>>;
  targets: Readonly<Record<TargetId, Target>>;
  services: Readonly<Record<string, Service>>;
  /** Least risk per step id; raises, never lowers. */
  risk: Readonly<Record<string, Risk>>;
  /** True things that are allowed but unwise, with line numbers: an interval that cannot meet the RPO. */
  warnings: readonly string[];
}

/** `key` is the 32-byte vault key, as hex or base64; it wraps the data keys. `keyName` says which one it is. */
export type VaultConfig = { key: SecretRef; keyName: string } & (
  | { kind: 'folder'; path: string }
  | {
      kind: 's3';
      bucket: string;
      prefix: string;
      region: string;
      endpoint?: string;
      accessKeyId: SecretRef;
      secretAccessKey: SecretRef;
    }
);

export interface Person {
  name: string;
  /** The base32 secret of the person's authenticator (RFC 6238, SHA-1, 6 digits, 30 s). */
  code: SecretRef;
}

export interface Target {
  id: TargetId;
  kind: StoreKind;
  objective: Objective;
  /** Bound until the first switch. */
  primary: PlaceSpec & { provider: 'existing' };
  /** The server on which `beside` and `scratch` places are made; null when none may be. */
  besideServer: SecretRef | null;
  scratchServer: SecretRef | null;
  backup: {
    everySeconds: number | null;
    only: readonly string[];
    except: readonly string[];
    /** Files and folders on the machine of the worker, taken along with every set; relative to the estate's folder. */
    carry?: readonly string[];
  };
  switches: readonly SwitchConfig[];
  services: readonly string[];
  /** What must be true of its data. */
  checks: readonly Check[];
}

export type SwitchConfig =
  | { kind: 'env-file'; path: string; key: string }
  | { kind: 'milvus-alias'; alias: string; collection: string };

export interface Service {
  id: string;
  /** Answers 2xx when a user would be served. */
  health: string;
  /** Probes in a row that must be green. */
  greens: number;
  everyMs: number;
}
