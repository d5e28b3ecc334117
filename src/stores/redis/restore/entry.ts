import type { ObjectPrint } from '../../../domain/fingerprint.ts';
import type { ExpiringPrint } from '../meta.ts';

/** What the ledger keeps of a unit: what of the set it brought, where the set itself does not count that apart. */
export interface LedgerEntry {
  keys: number;
  objects?: Readonly<Record<string, ObjectPrint>>;
  expiring?: Readonly<Record<string, readonly ExpiringPrint[]>>;
  isFolded?: boolean;
}
