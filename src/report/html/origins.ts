import prettyBytes from 'pretty-bytes';
import { sayDuration } from '../headline.ts';
import type { Report, RunSummary } from '../report.ts';
import { type Html, html, prose } from './html.ts';
import { facts, lines, section, table, time } from './pieces.ts';

/** What a person has to read, failures first. */
export const findings = ({ findings: all }: Report): Html | null =>
  all.length === 0
    ? null
    : section(
        'findings',
        'Findings',
        lines(
          all
            .toSorted((a, b) => Number(b.isFailure) - Number(a.isFailure))
            .map(
              ({ says, isFailure }) =>
                html`${isFailure ? html`<strong class="says-bad">failure:</strong> ` : ''}${prose(says)}`,
            ),
        ),
      );

/** What people kept with the run. */
export const notes = ({ notes: all }: Report): Html | null =>
  all.length === 0
    ? null
    : section(
        'notes',
        'Notes',
        lines(all.map(({ at, says }) => html`<span class="dim">${time(at)}</span><br>${prose(says)}`)),
      );

/** Only an address that a browser opens as a page; a name and a password in it are left out. */
const pageOf = ({ id, temporal }: RunSummary): string | null => {
  if (temporal === null || temporal.ui === null || !URL.canParse(temporal.ui)) return null;
  const ui = new URL(temporal.ui);
  if (ui.protocol !== 'https:' && ui.protocol !== 'http:') return null;
  const path = ['namespaces', temporal.namespace, 'workflows', id, temporal.execution, 'history'];
  return `${ui.origin}${ui.pathname.replace(/\/+$/, '')}/${path.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}`;
};

const temporalOf = (run: RunSummary): Html => {
  const { temporal } = run;
  if (temporal === null) return html`not known: this report was made outside of Temporal`;
  const page = pageOf(run);
  if (page !== null)
    return html`<a href="${page}" rel="noreferrer">history in the Temporal UI</a><br><span class="dim">execution ${temporal.execution}</span>`;
  return html`execution ${temporal.execution} in namespace ${temporal.namespace}; the address of the Temporal UI is not known here`;
};

/** Which run, under which plan, from which sets, with which versions. */
export const origins = (report: Report): Html => {
  const { run, sets, versions } = report;
  const unknown = html`<span class="dim">not known</span>`;
  return section(
    'origins',
    'Where this comes from',
    facts([
      ['run', html`<code>${run.id}</code>`],
      ['runbook', html`${run.runbook}: ${prose(run.says)}`],
      ['incident', run.incident ?? unknown],
      ['started', time(run.startedAt)],
      ['ended', html`${time(run.endedAt)}, after ${sayDuration(run.ms)}`],
      ['Temporal', temporalOf(run)],
      ['plan', html`<code>${run.plan}</code>`],
      ['estate', html`<code>${run.estate}</code>`],
    ]),
    sets.length === 0 ? null : html`<h3>Backup sets</h3>`,
    ...sets.map(({ set, target, from, to, bytes, digest }) =>
      facts([
        ['set', html`<code>${set}</code> of ${target}, ${prettyBytes(bytes)}`],
        ['shows', from === to ? time(from) : html`${time(from)} to ${time(to)}`],
        ['digest', html`<code>${digest}</code>`],
      ]),
    ),
    Object.keys(versions).length === 0 ? null : html`<h3>Versions</h3>`,
    table('Versions', [['what'], ['version']], Object.entries(versions)),
  );
};
