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
  /**
   * A connection string that the kind of store opens to look at where the place will be, while it is absent. Without this
   * member the URL of the server itself is one.
   */
  beforeUrl?(spec: PlaceSpec): Promise<string>;
  /** Removes the place and everything in it. Absent is fine. @throws DrError `refused` for a place it did not make */
  discard(spec: PlaceSpec): Promise<void>;
}
