import type { Check, CheckRow } from '../../../domain/checks.ts';
import type { CheckOptions } from '../../port.ts';
import type { Listed } from '../catalog.ts';
import type { Session } from '../connection/session.ts';

/** What a check found. */
export type Found = Omit<CheckRow, 'check' | 'says'>;

export interface At {
  session: Session;
  /** Collections and views by their names. */
  there: ReadonlyMap<string, Listed>;
  options: CheckOptions;
  signal: AbortSignal;
}

/** Runs one kind of check, and only reads. @throws what the driver throws */
export type Run<C extends Check> = (at: At, check: C) => Promise<Found>;

export const red = (expected: string, found: string, examples?: readonly string[]): Found => ({
  state: 'red',
  expected,
  found,
  ...(examples === undefined ? {} : { examples }),
});
export const green = (expected: string, found: string): Found => ({ state: 'green', expected, found });
export const unmeasured = (expected: string, found: string): Found => ({ state: 'not measured', expected, found });
