import type { Check, CheckRow } from '../src/domain/checks.ts';
import { countChecks, describeCheck, refuseRed, worstFirst } from '../src/domain/checks.ts';
import { shownAt } from '../src/domain/shown-at.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { CheckOptions } from '../src/stores/port.ts';
import { keepEvidence } from './keep-evidence.ts';
import { type AcrossCheck, orphansAcross } from './orphans/orphans-across.ts';
import { openSet } from './set.ts';
import { type OpenSite, openSite } from './site.ts';
import { type Job, verb } from './verb.ts';

/** What fits into a history and on a screen; everything is kept in the vault. */
const mostRows = 50;
const mostText = 300;

/** Runs the estate's checks. A red one is an error that carries all of them; what was not measured is a finding. */
export const runChecks = verb('runChecks', async (job, { site, set, integrity, parents }) => {
  const { world } = job;
  const at = set === undefined ? world.now() : shownAt((await openSet(job, site, set)).manifest.consistency);
  const wanted = checksOf(job, site, integrity === true);
  await using open = await openSite(job, site);
  const rows = worstFirst(await rowsOf(job, open, wanted, { at, isInService: open.isBound }, parents));

  const now = world.now();
  const about = { target: site.place.target, at: now };
  await keepEvidence(job, 'checks', about, { place: site.place.id, set: set ?? null, at, now, rows });
  const checks = rows.slice(0, mostRows).map(cut);
  const refusal = refuseRed(checks);
  if (refusal !== null) throw refusal;
  return {
    says: `checks of ${site.place.id}: ${countChecks(rows)}`,
    objects: rows.length,
    checks,
    findings: rows
      .filter(({ state }) => state === 'not measured')
      .map(({ says, found }) => ({ says: `not measured at ${site.place.id}: ${says}: ${found}`, isFailure: false })),
  };
});

/** The checks of a target, and integrity where it is asked for beside them. */
export const checksOf = ({ world }: Pick<Job, 'world'>, { place }: Site, integrity: boolean): readonly Check[] => {
  const known = world.estate.targets[place.target]?.checks ?? [];
  const isMissing = integrity && !known.some(({ kind }) => kind === 'integrity');
  return isMissing ? [...known, { kind: 'integrity' }] : known;
};

const isAcross = (check: Check): check is AcrossCheck => check.kind === 'orphans' && check.parentTarget !== undefined;

/**
 * One row or more for each check, also where the kind of store has none. Orphans whose parents are in another target are
 * looked for in `parents` where that target is among them, else where it is in service.
 */
export const rowsOf = async (
  job: Job,
  open: OpenSite,
  checks: readonly Check[],
  options: CheckOptions,
  parents: readonly Site[] = [],
): Promise<CheckRow[]> => {
  const here = checks.filter((check) => !isAcross(check));
  const rows = (await open.place.can.checks?.run(here, options)) ?? here.map(unmeasured);
  for (const check of checks.filter(isAcross)) rows.push(await orphansAcross(job, open, check, parents, options));
  return rows;
};

const unmeasured = (check: Check): CheckRow => ({
  check: check.kind,
  says: describeCheck(check),
  state: 'not measured',
  expected: 'an answer',
  found: 'this kind of store runs no checks',
});

const cutText = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText - 1)}…` : text);

const cut = ({ says, expected, found, ...row }: CheckRow): CheckRow => ({
  ...row,
  says: cutText(says),
  expected: cutText(expected),
  found: cutText(found),
});
