import { isEqual } from '../equality.ts';
import { sayDuration } from '../headline.ts';
import type { Report } from '../report.ts';
import { type Html, html } from './html.ts';
import { chip, count, counted, duration, type Tone, toneOf } from './pieces.ts';

interface Tile {
  asks: string;
  href: string;
  tone: Tone;
  verdict: string;
  /** The number that decides; words where there is none. */
  number: string;
  says: string;
}

const because = ({ checklist }: Report, item: string): string =>
  checklist.find((one) => one.item === item)?.because ?? '';

/** Why there is no verdict, without the words the chip beside it says already. */
const whyNone = (report: Report, item: string): string => because(report, item).replace(/^not measured: /, '');

const recovery = (report: Report): Tile => {
  const { rto } = report;
  const seconds = rto.by === null ? null : rto[rto.by];
  const promised = rto.objectiveSeconds === null ? 'nothing promised' : `promised ${duration(rto.objectiveSeconds)}`;
  const who = report.targets.length > 1 ? `; the slowest of ${report.targets.length} targets decides` : '';
  const says = rto.by === null ? whyNone(report, 'RTO met') : `${promised}, on the ${rto.by} clock${who}`;
  const why = rto.by !== null && rto.verdict === 'not measured' ? `; ${whyNone(report, 'RTO met')}` : '';
  const verdict = `RTO ${rto.verdict}`;
  const number = duration(seconds, 'not measured');
  return {
    asks: 'How long did it take?',
    href: '#clocks',
    tone: toneOf[rto.verdict],
    verdict,
    number,
    says: says + why,
  };
};

const loss = (report: Report): Tile => {
  const { verdict, worst, worstTarget, objectiveSeconds, targets } = report.loss;
  const tile = { asks: 'What was lost?', href: '#loss', tone: toneOf[verdict], verdict: `RPO ${verdict}` };
  if (worst === null) return { ...tile, number: 'not measured', says: whyNone(report, 'RPO met') };
  const parts = [
    `claimed ${duration(worst.claimedSeconds, 'not known')}`,
    `proven ${duration(worst.proven?.seconds ?? null)}`,
    worst.rows === null ? 'rows not counted' : counted(worst.rows, 'row'),
    objectiveSeconds === null ? 'nothing promised' : `promised ${duration(objectiveSeconds)}`,
    ...(targets.length > 1 ? [`${worstTarget}, the worst of ${targets.length} targets`] : []),
  ];
  const known = [worst.claimedSeconds, worst.proven?.seconds ?? null].filter((one) => one !== null);
  const number = known.length === 0 ? 'not measured' : duration(Math.max(...known));
  return { ...tile, number, says: parts.join(' · ') };
};

const equality = ({ equality: tables }: Report): Tile => {
  const objects = tables.reduce((sum, one) => sum + one.objects, 0);
  const different = tables.flatMap((one) => one.rows).filter((row) => !row.equal).length;
  const tile = { asks: 'Is the data the same?', href: '#equality' };
  const equal = isEqual(tables);
  if (equal === null)
    return { ...tile, tone: 'none', verdict: 'not compared', number: 'not measured', says: 'no object was compared' };
  const says = `${counted(objects, 'object')} compared with the backup set by count and checksum`;
  return equal
    ? { ...tile, tone: 'good', verdict: 'equal', number: `${count(objects)} of ${count(objects)}`, says }
    : {
        ...tile,
        tone: 'bad',
        verdict: 'NOT equal',
        number: `${count(different)} differ${different === 1 ? 's' : ''}`,
        says,
      };
};

const steps = ({ phases, notExecuted, run, retries }: Report): Tile => {
  const planned = phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  const tile = {
    asks: 'Was anything left out?',
    href: '#left-out',
    number: `${count(planned - notExecuted.length)} of ${count(planned)}`,
  };
  if (run.outcome === 'planned') return { ...tile, tone: 'plain', verdict: 'plan', says: 'a plan executes no step' };
  const tried =
    retries.length === 0 ? 'none needed a second attempt' : `${counted(retries.length, 'step')} needed another attempt`;
  const says = `steps whose work stands; ${tried}`;
  return notExecuted.length === 0
    ? { ...tile, tone: 'good', verdict: 'nothing left out', says }
    : { ...tile, tone: 'warn', verdict: `${counted(notExecuted.length, 'step')} left out`, says };
};

const slowest = ({ criticalPath: { until, legs } }: Report): Tile => {
  const tile = { asks: 'What was slow?', href: '#slow', tone: 'plain' as const };
  const total = legs.reduce((sum, { gapMs, ms }) => sum + gapMs + ms, 0);
  const [longest] = legs.toSorted((a, b) => b.ms - a.ms);
  if (longest === undefined || total === 0)
    return { ...tile, tone: 'none', verdict: 'no step ran', number: 'not measured', says: 'no step took any time' };
  const verdict = `${Math.round((100 * longest.ms) / total)} % of the time to ${until}`;
  return { ...tile, verdict, number: sayDuration(longest.ms), says: `the longest step: ${longest.says}` };
};

const people = ({ decisions, run, phases }: Report): Tile => {
  const tile = { asks: 'Who decided?', href: '#decided' };
  const starter = `started by ${run.starter.person ?? 'someone unknown'}, ${run.starter.proven ? 'proven' : 'not proven'}`;
  if (decisions.length === 0) {
    const hasGate = phases.some(({ steps: some }) => some.some(({ kind }) => kind === 'gate'));
    const verdict = hasGate ? 'no answer at a gate' : 'no gate planned';
    return { ...tile, tone: 'plain', verdict, number: 'nobody', says: starter };
  }
  const names = [...new Set(decisions.map(({ person }) => person))];
  const number = names.length > 2 ? `${names.length} people` : names.join(' and ');
  const broken = decisions.filter(({ isBreakGlass }) => isBreakGlass).length;
  const denied = decisions.some(({ answer }) => answer === 'deny');
  const says = `${counted(decisions.length, 'answer')} at gates${denied ? ', one of them a no' : ''}; ${starter}`;
  return broken > 0
    ? { ...tile, tone: 'bad', verdict: 'BREAK-GLASS', number, says }
    : { ...tile, tone: 'good', verdict: 'all proven', number, says };
};

const render = ({ asks, href, tone, verdict, number, says }: Tile): Html =>
  html`<li class="tile ${tone}"><h2><a href="${href}">${asks}</a></h2><p class="big${/^\d/.test(number) ? '' : ' words'}">${number}</p><p>${chip(tone, verdict)}</p><p class="dim">${says}</p></li>`;

const questions = [recovery, loss, equality, slowest, steps, people];

/** What everybody asks, each with its number, its verdict and the way to its proof. */
export const tiles = (report: Report): Html =>
  html`<ul class="tiles">${questions.map((tile) => render(tile(report)))}</ul>`;
