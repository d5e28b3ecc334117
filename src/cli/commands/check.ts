import { markdownTable } from 'markdown-table';
import { checksOf, rowsOf } from '../../../activities/run-checks.ts';
import { openSite } from '../../../activities/site.ts';
import { type CheckRow, countChecks, worstFirst } from '../../domain/checks.ts';
import { DrError } from '../../domain/errors.ts';
import { shownAt } from '../../domain/shown-at.ts';
import type { Act } from '../commands.ts';
import { findOpenPlace } from '../engine/find-open-place.ts';
import { findSet } from '../engine/find-set.ts';
import { openJob } from '../engine/open-job.ts';
import { openWorld } from '../engine/open-world.ts';
import { startWork } from '../session.ts';

const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');

const tableOf = (rows: readonly CheckRow[]): string =>
  markdownTable([
    ['state', 'check', 'expected', 'found', 'examples'],
    ...rows.map(({ state, says, expected, found, examples = [] }) =>
      [state === 'red' ? 'RED' : state, says, expected, found, examples.join(' ')].map(cell),
    ),
  ]);

/**
 * `dr check <target|place>`: the checks of the estate, on the spot. Here, and nowhere else, examples are keys as they are:
 * they go to the terminal of whoever asks.
 */
export const check: Act = async (session, [name = ''], options) => {
  const world = await openWorld(session);
  const at = options.at === undefined ? undefined : String(options.at);
  const { site, run } = await findOpenPlace(world, name, at);
  const { id, target } = site.place;
  const wanted = checksOf({ world }, site, options.integrity === true);
  if (wanted.length === 0) {
    throw new DrError(
      'no-match',
      `the estate has no checks for ${target}`,
      `add targets.${target}.checks to the estate file, or give --integrity`,
    );
  }
  const set = options.set === undefined ? null : await findSet(world, String(options.set));
  const shows = set === null ? world.now() : shownAt(set.manifest.consistency);

  using running = startWork(session);
  const job = openJob(world, run ?? `check/${target}`, running.work);
  await using open = await openSite(job, site);
  const about = { at: shows, isInService: open.isBound, shows: 'values' } as const;
  const checks = worstFirst(await rowsOf(job, open, wanted, about));
  const isRed = checks.some(({ state }) => state === 'red');
  return {
    json: {
      target,
      place: id,
      at: shows,
      isGreen: checks.every(({ state }) => state === 'green'),
      checks,
    },
    text: `${id}: ${countChecks(checks)}\n${tableOf(checks)}`,
    exit: isRed ? 1 : 0,
  };
};
