import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributeName } from '../../src/domain/attributes.ts';
import { searchAttributes } from '../../src/domain/attributes.ts';
import type { Run } from './run.ts';
import { stateOf } from './run.ts';

type Value = string | number | string[] | null;
export type AttributeValues = Readonly<Record<SearchAttributeName, Value>>;

/** Search attributes cost an event each time: progress is told in steps of five. */
const progressStep = 5;

const finished: ReadonlySet<string> = new Set(['done', 'skipped', 'undone']);

/** Percent of the plan that is done; steps weigh the same, and one at work counts by its own percent. */
export const progressOf = (run: Run): number => {
  if (run.steps.length === 0) return 0;
  const parts = run.steps.map((one) =>
    finished.has(one.state) ? 100 : one.state === 'running' ? (one.percent ?? 0) : 0,
  );
  return Math.floor(parts.reduce((sum, part) => sum + part, 0) / run.steps.length);
};

/** Who has to do something now. */
export const nextActorOf = (run: Run): 'nobody' | 'approver' | 'on-call' => {
  const state = stateOf(run);
  if (state === 'approving') return 'approver';
  return state === 'asking' || state === 'held' ? 'on-call' : 'nobody';
};

/** Every attribute, the unknown ones as null: that clears what a copied start form brought along. */
export const attributesOf = (run: Run): AttributeValues => ({
  DrRunbook: run.name,
  DrMode: run.plan?.mode ?? null,
  DrPhase: run.phase,
  DrState: stateOf(run),
  DrOutcome: run.outcome,
  DrNextActor: nextActorOf(run),
  DrTargets: run.plan === null ? null : [...run.plan.targets],
  DrRtoSeconds: run.measured.rtoSeconds,
  DrRpoSeconds: run.measured.rpoSeconds,
  DrProgress: Math.floor(progressOf(run) / progressStep) * progressStep,
});

/** Publishes what has changed since the last time. */
export const publishAttributes = (run: Run): void => {
  const values = attributesOf(run);
  const names = Object.keys(searchAttributes) as SearchAttributeName[];
  const changed = names.filter((name) => JSON.stringify(values[name]) !== JSON.stringify(run.published?.[name]));
  if (changed.length === 0) return;
  run.published = values;
  upsertSearchAttributes(
    changed.map(
      (name) =>
        ({
          key: defineSearchAttributeKey(name, searchAttributes[name]),
          value: values[name],
        }) as SearchAttributeUpdatePair,
    ),
  );
};
