import type { Outcome } from '../../domain/words.ts';
import { answers } from '../answers.ts';
import { sayDuration } from '../headline.ts';
import type { Report } from '../report.ts';
import { type Html, html, prose } from './html.ts';
import { icon, type Tone, time } from './pieces.ts';

type Answer = Report['headline']['answer'];

const toneOf: Record<Answer, Tone> = {
  yes: 'good',
  no: 'bad',
  partly: 'warn',
  'not measured': 'none',
  planned: 'plain',
};

const outcomeSays: Record<Outcome, string> = {
  planned: 'planned',
  succeeded: 'succeeded',
  'partially-failed': 'recovered with failures',
  failed: 'failed',
  aborted: 'was aborted',
};

const modeSays = { plan: '', drill: ', as a drill on scratch places', live: ', live' } as const;

/** The answer, of which run, and how it ended. */
export const banner = ({ headline, run }: Report): Html => {
  const tone = toneOf[headline.answer];
  const [short, ...more] = answers[headline.answer].split(': ');
  const person = run.starter.person ?? 'someone unknown';
  return html`<header class="banner ${tone}">
<p class="kicker">Recovery report</p>
<h1>${icon(tone)}<span>${short}${more.map((one) => html`<small>${one}</small>`)}</span></h1>
<p class="lead"><strong>${run.runbook}</strong> of <strong>${run.targets.join(', ')}</strong>${modeSays[run.mode]}, ${outcomeSays[run.outcome]}${
    run.outcome === 'planned' ? '' : ` after ${sayDuration(run.ms)}`
  }${run.because === null ? '' : html`: ${prose(run.because)}`}</p>
<p class="meta">${time(run.startedAt)}${run.incident === null ? '' : html` · incident ${run.incident}`} · started by ${person} (${
    run.starter.proven ? 'proven' : 'not proven'
  })</p>
</header>`;
};

/** Whoever broke the glass is named before any number. */
export const breakGlass = ({ decisions }: Report): Html | null => {
  const broken = decisions.filter((one) => one.isBreakGlass);
  if (broken.length === 0) return null;
  return html`<section class="alarm" aria-labelledby="break-glass-title"><h2 id="break-glass-title">${icon('warn')}Break-glass: nobody proved who they are</h2><ul>${broken.map(
    ({ person, answer, gate, at, why }) =>
      html`<li><strong>${person}</strong> answered <strong>${answer}</strong> at <code>${gate}</code>, ${time(at)}: ${prose(why ?? 'no reason given')}</li>`,
  )}</ul></section>`;
};
