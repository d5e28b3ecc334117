import { ChildWorkflowCancellationType, defineSignal, executeChild, setHandler } from '@temporalio/workflow';
import { unitsIdOf } from '../../src/domain/ids.ts';
import type { UnitsStep } from '../../src/domain/plan.ts';
import type { StepRecord } from '../../src/domain/run.ts';
import { attempt } from './attempt.ts';
import { absorb, call } from './do-step.ts';
import type { restoreUnits, UnitsProgress } from './restore-units.ts';
import { unitsProgress } from './restore-units.ts';
import type { Run } from './run.ts';
import { now, orderOf, planOf, titleOf } from './run.ts';
import { show } from './show.ts';

/** Shows how far the children are. Anyone can send a signal: what names no step of this run is ignored. */
export const hearProgress = (run: Run): void => {
  setHandler(defineSignal<[UnitsProgress?]>(unitsProgress), (progress) => {
    const record = run.steps.find((one) => one.id === progress?.step);
    const percent = Math.floor((Number(progress?.done) / Number(progress?.batches)) * 100);
    if (record?.state !== 'running' || !(percent >= 0 && percent <= 100)) return;
    record.percent = percent;
    show(run);
  });
};

/**
 * Restores a stage in a child workflow, so that the history of the run stays small however much data there is. Units are
 * ledgered: a second child finds what the first one applied.
 */
export const unitsStep = async (run: Run, step: UnitsStep, record: StepRecord): Promise<void> => {
  const plan = planOf(run);
  const says = titleOf(run, step);
  const act = () =>
    executeChild<typeof restoreUnits>('restoreUnits', {
      workflowId: unitsIdOf(run.id, step.id),
      args: [
        {
          order: orderOf(plan, step.id),
          region: plan.region,
          says,
          work: { site: step.site, set: step.set, stage: step.stage, batches: step.batches },
        },
      ],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      staticSummary: says,
    });
  record.fact = absorb(
    run,
    await attempt('quick', act, (_, because) => {
      record.failure = because.message;
      show(run);
    }),
  );
  record.percent = 100;
  record.verified = await call(run, step, step.verify, 'bulk', 'verify ');
  record.endedAt = now();
};
