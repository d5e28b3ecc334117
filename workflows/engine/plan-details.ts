import { placesChanged } from '../../src/domain/effects.ts';
import type { Plan, Step } from '../../src/domain/plan.ts';
import { approvalsNeeded } from '../../src/domain/risk.ts';
import { byteLength, inline } from './text.ts';

const effectOf = (step: Step): string => {
  if (step.kind === 'gate') return `waits up to ${step.expires} for approval`;
  if (step.kind === 'watch')
    return `${step.check.verb} every ${step.every}, ${step.greens} greens within ${step.until}`;
  if (step.kind === 'units')
    return `writes ${step.stage} of ${step.set} into ${step.site.place.id}, ${step.batches} batches`;
  const places = placesChanged(step.run).map((place) => place.id);
  return places.length === 0 ? step.run.verb : `${step.run.verb}: ${places.join(', ')}`;
};

const undoOf = (step: Step): string => {
  if (step.kind === 'gate' || step.kind === 'watch') return '';
  return 'verb' in step.undo ? step.undo.verb : `irreversible: ${step.undo.irreversible}`;
};

const checkOf = (plan: Plan, step: Step): string => {
  if (step.kind === 'do' || step.kind === 'units') return step.verify.verb;
  return step.kind === 'gate' ? `${approvalsNeeded(step.risk, plan.starter)} people (${step.risk})` : '';
};

const listOf = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`**${title}**`, lines.map((line) => `- ${inline(line)}`).join('\n')];

/** Every effect a plan would have, as Markdown blocks of at most `most` bytes together. */
export const renderPlan = (plan: Plan, most: number): string[] => {
  const input = { ...plan.input, mode: 'live' };
  const head = [
    `Nothing was changed. To do this: start ${plan.runbook} again with \`${JSON.stringify(input)}\` (or mode "drill").`,
    `${plan.says}; targets ${plan.targets.join(', ')}; plan \`${plan.digest.slice(0, 12)}\``,
    ...listOf(
      'Sets',
      plan.sets.map(
        (set) => `${set.id} of ${set.target}: ${set.objects} objects, ${set.rows} rows, ${set.bytes} bytes`,
      ),
    ),
    ...listOf('Places this run locks', plan.locks),
    ...listOf('Not done', plan.notDone),
  ];
  const rows = plan.phases.flatMap((phase) =>
    phase.steps.map(
      (step) =>
        `| ${phase.id} | ${inline(step.says)} | ${inline(effectOf(step))} | ${inline(checkOf(plan, step))} | ${inline(undoOf(step))} |`,
    ),
  );
  let left = most - byteLength(head.join('\n\n'));
  const kept = rows.filter((row) => {
    left -= byteLength(row) + 1;
    return left > 0;
  });
  const more = kept.length === rows.length ? [] : [`| … | ${rows.length - kept.length} more: query status | | | |`];
  const table = ['| phase | step | effect | verify | undo |', '|:--|:--|:--|:--|:--|', ...kept, ...more].join('\n');
  return [...head, table];
};
