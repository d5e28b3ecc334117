import { describeCall, describePlace } from './describe-call.ts';
import { formatDuration } from './duration.ts';
import { effects } from './effects.ts';
import type { DoStep, Objective, Plan, SetFacts, Step, Undo, UnitsStep } from './plan.ts';
import { approvalsNeeded } from './risk.ts';
import type { Consistency, Mode } from './words.ts';

const inMode: Readonly<Record<Mode, string>> = {
  plan: 'plan: this is what a live run would do; nothing has been changed',
  drill: 'drill: scratch places only',
  live: 'live: this changes what users reach',
};

const promised = (seconds: number | null): string => (seconds === null ? 'none' : formatDuration(seconds * 1000));

const count = (much: number): string => String(much).replaceAll(/\B(?=(\d{3})+$)/g, ' ');

const sizes = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `3.2 GB`: decimal units, one digit after the point below a hundred. */
export const formatBytes = (bytes: number): string => {
  let size = bytes;
  let step = 0;
  for (; size >= 999.5 && step < sizes.length - 1; step++) size /= 1000;
  return `${size >= 99.95 ? Math.round(size) : Math.round(size * 10) / 10} ${sizes[step]}`;
};

const shows = (consistency: Consistency): string =>
  consistency.kind === 'point-in-time'
    ? `as of ${consistency.at}`
    : `fuzzy, between ${consistency.from} and ${consistency.to}`;

const renderSet = (set: SetFacts): string =>
  `${set.id} of ${set.target}, ${shows(set.consistency)}: ${count(set.objects)} objects, ${count(set.rows)} rows, ${formatBytes(set.bytes)}, digest ${set.digest.slice(0, 12)}`;

const renderObjective = ({ rtoSeconds, rpoSeconds }: Objective): string =>
  `RTO ${promised(rtoSeconds)}, RPO ${promised(rpoSeconds)}`;

const people = (needed: number): string =>
  needed === 0 ? 'no approval' : needed === 1 ? 'one proven person' : `${needed} different proven people`;

const renderUndo = (undo: Undo): string =>
  'irreversible' in undo ? `undo: none; ${undo.irreversible}` : `undo: ${describeCall(undo)}`;

const renderSkip = (step: DoStep, plan: Plan): string[] => {
  if (step.skippable === undefined) return [];
  const { risk, why } = step.skippable;
  return [`may be skipped (${risk}, ${people(approvalsNeeded(risk, plan.starter))}): ${why}`];
};

const renderUnits = (step: UnitsStep): string =>
  `does: apply ${step.stage} of set ${step.set} to ${step.site.place.id}, in ${step.batches} ${step.batches === 1 ? 'batch' : 'batches'}`;

/** Everything a step does, one line each. */
const details = (step: Step, plan: Plan): string[] => {
  switch (step.kind) {
    case 'gate':
      return [
        `asks: ${step.asks}`,
        `opens: ${people(approvalsNeeded(step.risk, plan.starter))} (${step.risk}); closes as denied after ${step.expires}`,
      ];
    case 'watch':
      return [
        `looks: ${describeCall(step.check)}`,
        `every ${step.every} until green ${step.greens === 1 ? 'once' : `${step.greens} times in a row`}; red after ${step.until}: ${step.onRed === 'ask' ? 'asks a person' : 'fails'}`,
      ];
    case 'units':
      return [renderUnits(step), `proof: ${describeCall(step.verify)}`, renderUndo(step.undo)];
    case 'do':
      return [
        `${effects[step.run.verb] === 'reads' ? 'looks' : 'does'}: ${describeCall(step.run)}`,
        `proof: ${describeCall(step.verify)}`,
        renderUndo(step.undo),
        ...renderSkip(step, plan),
      ];
  }
};

const renderStep = (step: Step, plan: Plan): string[] => [
  `   - ${step.id}: ${step.says}${step.after?.length ? ` (after ${step.after.join(', ')})` : ''}`,
  ...details(step, plan).map((line) => `     - ${line}`),
];

const placesOf = (plan: Plan): string[] => {
  const named = plan.phases
    .flatMap((phase) => phase.steps)
    .flatMap((step) => {
      if (step.kind === 'gate') return [];
      if (step.kind === 'watch') return [step.check];
      return step.kind === 'units' ? [step.verify] : [step.run, step.verify];
    })
    .flatMap(({ with: input }) => [
      ...('site' in input ? [input.site.place] : []),
      ...('sites' in input ? input.sites.map((site) => site.place) : []),
      ...('from' in input ? [input.from] : []),
      ...('to' in input ? [input.to] : []),
    ]);
  return [...new Set(named.map(describePlace))].sort();
};

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, '', ...lines.map((line) => `- ${line}`)];

/**
 * A frozen plan as people read it before they approve: every effect with its proof and undo, every place, set, risk and
 * gate, and what it will not do. Reads well as plain text and as Markdown; holds no secret.
 */
export const renderPlan = (plan: Plan): string => {
  const { starter } = plan;
  const by = starter.person === null ? 'nobody known' : `${starter.person}${starter.proven ? '' : ' (not proven)'}`;
  const phases = plan.phases.flatMap((phase, at) => [
    '',
    `${at + 1}. ${phase.id}: ${phase.says}`,
    ...phase.steps.flatMap((step) => renderStep(step, plan)),
  ]);
  return [
    `${plan.runbook}: ${plan.says}`,
    '',
    `- mode ${inMode[plan.mode]}`,
    `- plan ${plan.digest.slice(0, 12)} of run ${plan.run}, made at ${plan.madeAt} from estate ${plan.estate.slice(0, 12)}, started by ${by}`,
    `- promised: ${renderObjective(plan.objective)}`,
    ...section('Sets', plan.sets.map(renderSet)),
    ...section('Places', placesOf(plan)),
    ...section('Locked while it runs', plan.locks),
    '',
    'Steps:',
    ...phases,
    ...section('Not done', plan.notDone),
    '',
  ].join('\n');
};
