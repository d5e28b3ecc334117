import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { DrError, isDrError } from '../../domain/errors.ts';
import type { RunResult, Status } from '../../domain/run.ts';
import type { RunId } from '../../domain/words.ts';
import { readResult, readStatus } from '../../temporal/runs.ts';
import type { Session } from '../session.ts';
import { nextCommands } from './next-commands.ts';
import { bare } from './say-status.ts';

const lookMs = 1000;

const sayProgress = (run: RunId, { steps, state }: Status): string => {
  const done = steps.filter((step) => step.state === 'done' || step.state === 'skipped').length;
  const busy = steps.filter((step) => step.state === 'running').map((step) => `${step.says}${percentOf(step.percent)}`);
  return `${run}: ${done} of ${steps.length} steps, ${busy.join(', ') || state}`;
};

const percentOf = (percent: number | undefined): string => (percent === undefined ? '' : ` (${percent} %)`);

/** What a person has to do, said once for as long as it stays the same. */
const sayNext = (session: Session, run: RunId, status: Status, said: string): string => {
  const commands = nextCommands(run, status);
  if (status.state === 'ended' || commands.length === 0) return said;
  const next = [bare(status.next), ...commands.map((command) => `  ${command}`)].join('\n');
  if (next !== said) session.say(next);
  return next;
};

const watch = async (session: Session, client: Client, run: RunId, signal: AbortSignal): Promise<void> => {
  let said = '';
  let shown = '';
  while (!signal.aborted) {
    const status = await readStatus(client, run).catch(() => null);
    if (signal.aborted) return;
    const line = status === null ? `${run}: no worker answers yet` : sayProgress(run, status);
    if (session.terminal.isInteractive || line !== shown) session.terminal.show(line);
    shown = line;
    if (status !== null) said = sayNext(session, run, status, said);
    await pause(lookMs, null, { signal }).catch(() => null);
  }
};

/**
 * Waits for the end of a run, shows how far it is, and says who has to act. Ctrl-C ends the waiting and not the run.
 * Leaves no request open.
 * @throws DrError what the run failed with, or `interrupted`
 */
export const follow = async (session: Session, client: Client, run: RunId): Promise<RunResult> => {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, session.signal]);
  const watching = client.withAbortSignal(signal, () => watch(session, client, run, signal));
  try {
    return await client.withAbortSignal(signal, () => readResult(client, run));
  } catch (error) {
    if (session.signal.aborted) {
      const hint = `dr status ${run} shows it, dr abort ${run} ends it`;
      throw new DrError('interrupted', `no longer waiting for run ${run}, which goes on`, hint, { facts: { run } });
    }
    if (!isDrError(error)) throw error;
    throw new DrError(error.kind, error.message, error.hint, { facts: { ...error.facts, run } });
  } finally {
    over.abort();
    await watching;
    session.terminal.clear();
  }
};
