import type { Desk } from '../src/domain/desk.ts';
import type { RunRecord } from '../src/domain/run.ts';
import type { Finding } from '../src/domain/verbs.ts';
import { makeReport } from '../src/report/make-report.ts';
import { renderMarkdown } from '../src/report/render-markdown.ts';
import { perform } from './verb.ts';
import type { World } from './world.ts';

/**
 * Keeps the report of a run as JSON and Markdown. Evidence is create-only: a second attempt finds what the first kept,
 * because the same record gives the same report.
 */
export const writeReport =
  (world: World): Desk['writeReport'] =>
  ({ record }) =>
    perform(world, 'writing the report', async () => {
      const report = world.secrets.scrubAll(makeReport(await withLeftovers(world, record)));
      const { run } = record.plan;
      const json = Buffer.from(`${JSON.stringify(report, null, 2)}\n`);
      const kept = [
        await world.vault.runs.keep(run, record.startedAt, 'report.json', json),
        await world.vault.runs.keep(run, record.startedAt, 'report.md', Buffer.from(renderMarkdown(report))),
      ];
      return { kept, rto: report.rto, loss: report.loss.worst, says: report.headline.says };
    });

/** What the register of places knows to be left, and the run itself did not say. */
const withLeftovers = async (world: World, record: RunRecord): Promise<RunRecord> => {
  const leftovers = await world.vault.places.leftovers(record.plan.run);
  const findings = leftovers
    .filter(({ place }) => !record.findings.some(({ says }) => says.includes(place.id)))
    .map(
      ({ place }): Finding => ({ says: `place ${place.id} was made by this run and is still there`, isFailure: true }),
    );
  return { ...record, findings: [...record.findings, ...findings] };
};
