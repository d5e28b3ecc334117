import type { Check, CheckRow } from '../../../../src/domain/checks.ts';
import type { CheckOptions } from '../../../../src/stores/port.ts';
import { open } from '../lab.ts';

/** The instant the data shows. */
export const now = '2026-03-01T02:00:00.000Z';

/** Runs checks on a database. */
export const run = async (
  url: string,
  checks: readonly Check[],
  more: Partial<CheckOptions> = {},
): Promise<CheckRow[]> => {
  const place = await open(url);
  return place.can.checks!.run(checks, { at: now, isInService: false, ...more });
};
export const one = async (url: string, check: Check, more: Partial<CheckOptions> = {}): Promise<CheckRow> =>
  (await run(url, [check], more))[0]!;

export const orphansOf = (child: string, columns: string[], parent: string, parentColumns: string[]): Check => ({
  kind: 'orphans',
  child,
  columns,
  parent,
  parentColumns,
});
