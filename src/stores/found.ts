import type { CheckRow } from '../domain/checks.ts';

/** What a check found. `says` where one check has several rows. */
export type Found = Omit<CheckRow, 'check' | 'says'> & { says?: string };

export const red = (expected: string, found: string, examples?: readonly string[]): Found => ({
  state: 'red',
  expected,
  found,
  ...(examples === undefined ? {} : { examples }),
});
export const green = (expected: string, found: string): Found => ({ state: 'green', expected, found });
export const unmeasured = (expected: string, found: string): Found => ({ state: 'not measured', expected, found });
