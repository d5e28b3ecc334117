import type { Check } from '../../../domain/checks.ts';
import type { Found } from '../../found.ts';
import type { CheckOptions } from '../../port.ts';
import type { Listed } from '../catalog.ts';
import type { Session } from '../connection/session.ts';

export interface At {
  session: Session;
  /** Collections and views by their names. */
  there: ReadonlyMap<string, Listed>;
  options: CheckOptions;
  signal: AbortSignal;
}

/** Runs one kind of check, and only reads. @throws what the driver throws */
export type Run<C extends Check> = (at: At, check: C) => Promise<Found>;
