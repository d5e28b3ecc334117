import type { Runbook } from '../src/domain/plan.ts';
import { backupEstate } from './backup-estate.ts';
import { recoverPostgresCorruption } from './recover-postgres-corruption.ts';
import { restoreEstate } from './restore-estate.ts';
import { restoreStore } from './restore-store.ts';
import { runDrill } from './run-drill.ts';

/** Every runbook, by the name of its workflow type. */
export const runbooks: Readonly<Record<string, Runbook>> = {
  backupEstate,
  recoverPostgresCorruption,
  restoreEstate,
  restoreStore,
  runDrill,
};
