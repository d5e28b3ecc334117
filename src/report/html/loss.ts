import type { Loss, ProvenLoss } from '../../domain/loss.ts';
import type { Report } from '../report.ts';
import { type Html, html } from './html.ts';
import { chip, count, duration, facts, nothing, section, toneOf } from './pieces.ts';

const some = (seqs: readonly number[]): string =>
  `${seqs.slice(0, 20).join(', ')}${seqs.length > 20 ? ` and ${seqs.length - 20} more` : ''}`;

const canaries = (proven: ProvenLoss | null): string => {
  if (proven === null) return 'none prove it';
  const strange = [
    proven.missing > 0 ? `${count(proven.missing)} missing` : '',
    proven.holes.length > 0 ? `holes at ${some(proven.holes)}` : '',
    proven.unknown.length > 0 ? `never acknowledged: ${some(proven.unknown)}` : '',
  ].filter((one) => one !== '');
  return strange.join('; ') || 'all present';
};

const measured = (loss: Loss): Html =>
  facts(
    [
      ['claimed', duration(loss.claimedSeconds, 'not known')],
      ['proven', duration(loss.proven?.seconds ?? null)],
      ['rows', loss.rows === null ? 'not counted' : count(loss.rows)],
      ['canaries', canaries(loss.proven)],
    ],
    'numbers',
  );

/** What every target lost: as the times claim it, as canaries prove it, and in rows. */
export const loss = ({ loss: { targets, objectiveSeconds } }: Report): Html => {
  const promised =
    objectiveSeconds === null
      ? html`<p>No limit of data loss is promised.</p>`
      : html`<p>Promised: at most <strong>${duration(objectiveSeconds)}</strong> of writes.</p>`;
  const list = targets.map(
    ({ target, loss: one }) =>
      html`<li><h3>${target} ${one === null ? chip('none', 'not measured') : chip(toneOf[one.verdict], one.verdict)}</h3>${one === null ? '' : measured(one)}</li>`,
  );
  return section(
    'loss',
    'What was lost',
    promised,
    targets.length === 0 ? nothing('No target was restored.') : html`<ul class="targets">${list}</ul>`,
    html`<p class="dim">Claimed: from the point restored to until the last acknowledged write before the fence. Proven: what numbered writes that the service was told were safe show. The worse of both is judged.</p>`,
  );
};
