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
  const deadline = Date.now() + patienceMs;
  let approved = false;
  for (;;) {
    const status = await readStatus(client, run);
    show(status);
    if (status.state === 'ended') break;
    if (status.state === 'approving' && approver !== null && !approved) {
      approved = true;
      tell.line(`approval is needed: ${status.next.split('\n')[0]}`);
      await sendMessage(client, run, 'approve', { code: codeOf(approver) });
    }
    if (status.state === 'asking' || Date.now() > deadline) {
      const failed = status.steps.find((step) => step.state === 'asking');
      tell.line(`the run asks for help: ${failed?.failure ?? status.next}`);
      await sendMessage(client, run, 'abort', { why: 'nobody is there to answer in this drill' });
      break;
    }
    await pause(150);
  }
  try {
    return { run, result: await readResult(client, run) };
  } catch (error) {
    if (error instanceof DrError) return { run, error };
    throw error;
  } finally {
    await readStatus(client, run).then(show, () => undefined);
  }
};
