import type { PlaceSpec } from '../domain/words.ts';

/** Where places come from. Every method is idempotent. */
export interface Provider {
  readonly provider: PlaceSpec['provider'];
  /**
   * Makes the place; finds it when it was made before.
   * @throws DrError `no-permission`, `no-space`, `unreachable`, `not-supported` (this provider makes nothing)
   */
  provide(spec: PlaceSpec): Promise<void>;
  describe(spec: PlaceSpec): Promise<'absent' | 'ready'>;
  /** The connection string. A secret: it never leaves the process. @throws DrError `missing` (no such secret) */
  url(spec: PlaceSpec): Promise<string>;
  /** Removes the place and everything in it. Absent is fine. @throws DrError `refused` for a place it did not make */
  discard(spec: PlaceSpec): Promise<void>;
}
