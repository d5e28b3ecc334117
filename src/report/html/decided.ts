import { sayDuration } from '../headline.ts';
import type { DecisionLine, Report, WaitLine } from '../report.ts';
import { type Html, html, prose } from './html.ts';
import { chip, lines, nothing, section, time } from './pieces.ts';

const proofs: Record<DecisionLine['proof'], string> = {
  code: 'proven by a one-time code',
  slack: 'proven by Slack',
  'break-glass': 'BREAK-GLASS: nobody was proven',
};

const decision = ({ at, person, answer, gate, risk, proof, isBreakGlass, why }: DecisionLine): Html =>
  html`<strong>${person} ${answer === 'approve' ? 'approved' : 'denied'}</strong> <code>${gate}</code>${
    risk === null ? '' : ` (${risk})`
  } ${chip(isBreakGlass ? 'bad' : 'good', proofs[proof])} <span class="dim">${time(at)}</span>${why === null ? '' : html`<br>${prose(why)}`}`;

const wait = ({ kind, says, from, ms, wasEnded }: WaitLine): Html =>
  html`<strong>${sayDuration(ms)}</strong> ${kind}: ${prose(says)} <span class="dim">from ${time(from)}${wasEnded ? '' : ', never answered'}</span>`;

/** Who opened or closed which gate, how each was proven, and what waited for people. */
export const decided = ({ decisions, waits, run, phases }: Report): Html => {
  const gates = phases.flatMap(({ steps }) => steps).filter(({ kind }) => kind === 'gate');
  const none = gates.length === 0 ? 'No gate was planned: nobody had to decide.' : 'Nobody answered at a gate.';
  const starter = html`<p>Started by <strong>${run.starter.person ?? 'someone unknown'}</strong> ${
    run.starter.proven ? chip('good', 'proven') : chip('none', 'not proven')
  }${run.why === null ? '' : html`<br>${prose(run.why)}`}</p>`;
  return section(
    'decided',
    'Who decided',
    starter,
    decisions.length === 0 ? nothing(none) : lines(decisions.map(decision)),
    waits.length === 0 ? null : html`<h3>What waited</h3>${lines(waits.map(wait))}`,
  );
};
