import { Context } from '@temporalio/activity';
import type { Desk } from '../src/domain/desk.ts';
import type { RunRecord } from '../src/domain/run.ts';
import type { Finding } from '../src/domain/verbs.ts';
import { renderHtml } from '../src/report/html/render-html.ts';
import { makeReport } from '../src/report/make-report.ts';
import { renderMarkdown } from '../src/report/render-markdown.ts';
import type { TemporalRun } from '../src/report/report.ts';
import { perform } from './verb.ts';
import type { World } from './world.ts';

/**
 * Keeps the report of a run as JSON, Markdown and HTML. Evidence is create-only: a second attempt finds what the first kept,
 * because the same record gives the same report.
 */
export const writeReport =
  (world: World): Desk['writeReport'] =>
  ({ record }) =>
    perform(world, 'writing the report', async () => {
      const report = world.secrets.scrubAll(makeReport(await withLeftovers(world, record), historyOf(world)));
      const { run } = record.plan;
      const keep = (name: string, body: string): Promise<string> =>
        world.vault.runs.keep(run, record.startedAt, name, Buffer.from(body));
      const kept = [
        await keep('report.json', `${JSON.stringify(report, null, 2)}\n`),
        await keep('report.md', renderMarkdown(report)),
        await keep('report.html', renderHtml(report)),
      ];
      return { kept, rto: report.rto, loss: report.loss.worst, says: report.headline.says };
    });

const historyOf = ({ temporalUi }: World): TemporalRun | null => {
  const { workflowNamespace, workflowExecution } = Context.current().info;
  if (workflowNamespace === undefined || workflowExecution === undefined) return null;
  return { namespace: workflowNamespace, execution: workflowExecution.runId, ui: temporalUi };
};

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
