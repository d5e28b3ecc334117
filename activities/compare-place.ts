import { createHash } from 'node:crypto';
import { type CheckRow, refuseRed, worstFirst } from '../src/domain/checks.ts';
import { DrError } from '../src/domain/errors.ts';
import {
  compareFingerprints,
  type Difference,
  type EqualityRow,
  equalityTable,
  type Fingerprint,
} from '../src/domain/fingerprint.ts';
import type { Finding } from '../src/domain/verbs.ts';
import { keepEvidence } from './keep-evidence.ts';
import { metaOf, openSet } from './set.ts';
import { openSite } from './site.ts';
import { verb } from './verb.ts';

/** What fits into a history and on a screen; the whole table is kept in the vault. */
const mostRows = 50;
const mostNamed = 10;

/**
 * Fingerprints of the place equal those of the set, object by object. Equal or an error: there is nothing between. Where equal
 * rows may be found less well than before, by indexes that were built again, that is measured too.
 */
export const comparePlace = verb('comparePlace', async (job, { site, set }) => {
  const { world } = job;
  const reader = await openSet(job, site, set);
  await using open = await openSite(job, site);
  const expected = reader.manifest.fingerprint;
  const found = await open.place.fingerprint({});

  const at = world.now();
  const table = equalityTable(expected, found);
  const differences = compareFingerprints(expected, found);
  const about = { target: site.place.target, at };
  const { algorithm } = found;
  await keepEvidence(job, 'equality', about, { place: site.place.id, set, at, algorithm, table, differences });
  if (differences.length > 0) throw unequal(site.place.id, set, differences, shown(table));
  const checks = worstFirst((await open.place.can.recall?.(await metaOf(reader))) ?? []).slice(0, mostRows);
  if (checks.length > 0) await keepEvidence(job, 'recall', about, { place: site.place.id, set, at, rows: checks });
  const refusal = refuseRed(checks);
  if (refusal !== null) throw refusal;
  return {
    says: `${table.length} of ${table.length} objects of ${site.place.id} equal set ${set}`,
    objects: table.length,
    rows: rowsOf(found),
    digest: createHash('sha256').update(JSON.stringify(found)).digest('hex'),
    set,
    equality: shown(table),
    ...(checks.length === 0 ? {} : { checks, findings: findingsOf(checks) }),
    stamps: { verified: { at, source: 'history' } },
  };
});

/** What a person reads beside the proof: recall now and before. */
const findingsOf = (checks: readonly CheckRow[]): Finding[] =>
  checks.map(({ says, expected, found }) => ({ says: `${says}: ${found} (${expected})`, isFailure: false }));

const rowsOf = (print: Fingerprint): number => Object.values(print.objects).reduce((sum, one) => sum + one.rows, 0);

const shown = (table: readonly EqualityRow[]): EqualityRow[] =>
  table.toSorted((a, b) => Number(a.equal) - Number(b.equal)).slice(0, mostRows);

const unequal = (
  place: string,
  set: string,
  differences: readonly Difference[],
  equality: readonly EqualityRow[],
): DrError => {
  const named = differences
    .slice(0, mostNamed)
    .map(({ object, what, expected, found }) => `${object} (${what}): expected ${expected}, found ${found}`);
  const more = differences.length > mostNamed ? `; and ${differences.length - mostNamed} more` : '';
  return new DrError(
    'not-equal',
    `${place} does not equal set ${set} in ${differences.length} objects: ${named.join('; ')}${more}`,
    'do not switch to it; restore again into a new place, or restore another set',
    { facts: { differences: differences.length }, evidence: { equality } },
  );
};
