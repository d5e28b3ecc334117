import type { Instant, PlaceSpec } from '../src/domain/words.ts';
import type { Estate, Service, SwitchConfig } from '../src/estate/estate.ts';
import type { Provider } from '../src/providers/port.ts';
import type { Kinds } from '../src/stores/registry.ts';
import type { Switch } from '../src/switches/port.ts';
import type { Vault } from '../src/vault/port.ts';
import type { Secrets } from './secrets.ts';

/** Everything activities reach beyond themselves. Built once per process, by a composition root. */
export interface World {
  estate: Estate;
  vault: Vault;
  secrets: Secrets;
  /** Adapters of the kinds of store that the estate has. */
  kinds: Kinds;
  providers: Readonly<Record<PlaceSpec['provider'], Provider>>;
  openSwitch(config: SwitchConfig): Switch;
  /** One request through the path a user takes. Red is an answer, not an error. */
  probe(service: Service, signal: AbortSignal): Promise<{ ok: boolean; says: string }>;
  /** Where people look at runs, for links in reports; null when nobody said. */
  temporalUi: string | null;
  now(): Instant;
  /** Connections or streams that one activity may use at a time. */
  parallel: number;
  /** What this build is: goes into plans, sets and reports. */
  versions: Readonly<Record<string, string>>;
}
