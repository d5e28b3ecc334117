import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { TOTP } from 'otpauth';
import { DrError } from '../../domain/errors.ts';
import type { RunInput } from '../../domain/plan.ts';
import type { RunResult, Status } from '../../domain/run.ts';
import { readResult, readStatus, sendMessage, startRun } from '../../temporal/runs.ts';
import type { Narrator } from './narrator.ts';

export const codeOf = (secret: string): string => new TOTP({ secret }).generate();

/** The end of a run: what it answered with, or why it failed. */
export type Ended = { run: string; result: RunResult } | { run: string; error: DrError };

const patienceMs = 300_000;

/** Tells each step once, as it ends. */
const follow = (tell: Narrator) => {
  const told = new Set<string>();
  return ({ steps }: Status): void => {
    for (const step of steps) {
      if (told.has(step.id) || step.endedAt === undefined) continue;
      told.add(step.id);
      const seconds = ((Date.parse(step.endedAt) - Date.parse(step.startedAt ?? step.endedAt)) / 1000).toFixed(1);
      tell.line(`${step.state.padEnd(7)} ${seconds.padStart(5)} s  ${step.says}`);
    }
  };
};

/**
 * Starts a run, tells its steps as they end, approves at the gate when a code is given, and waits for its end. A run
 * that asks a person is aborted: nobody is there to answer.
 */
export const walkThrough = async (
  client: Client,
  runbook: string,
  input: Partial<RunInput>,
  tell: Narrator,
  approver: string | null = null,
): Promise<Ended> => {
  const { workflowId: run } = await startRun(client, runbook, input);
  const show = follow(tell);
  let hasEnded = false;
  const ended = readResult(client, run)
    .then(
      (result): Ended => ({ run, result }),
      (error): Ended => ({
        run,
        error: error instanceof DrError ? error : new DrError('unexpected', String(error), 'see the run'),
      }),
    )
    .finally(() => {
      hasEnded = true;
    });
  await attend(client, run, { tell, show, approver, hasEnded: () => hasEnded });
  const answer = await ended;
  await Promise.race([readStatus(client, run).then(show, () => undefined), pause(3_000)]);
  return answer;
};

interface Attendance {
  tell: Narrator;
  show(status: Status): void;
  approver: string | null;
  hasEnded(): boolean;
}

/** Looks on until the run has ended, and says what a person would have to say. */
const attend = async (client: Client, run: string, { tell, show, approver, hasEnded }: Attendance): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  let approved = false;
  while (!hasEnded()) {
    const status = await Promise.race([readStatus(client, run), pause(3_000)]);
    if (status === undefined || hasEnded()) continue;
    show(status);
    if (status.state === 'approving' && approver !== null && !approved) {
      approved = true;
      tell.line('approval is needed: the approver types a one-time code');
      await sendMessage(client, run, 'approve', { code: codeOf(approver) });
    }
    if (status.state === 'asking' || Date.now() > deadline) {
      const failed = status.steps.find((step) => step.state === 'asking');
      tell.line(`the run asks for help: ${failed?.failure ?? status.next}`);
      await sendMessage(client, run, 'abort', { why: 'nobody is there to answer in this drill' });
      return;
    }
    await pause(150);
  }
};
