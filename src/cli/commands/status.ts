import type { Client } from '@temporalio/client';
import { markdownTable } from 'markdown-table';
import { isDrError } from '../../domain/errors.ts';
import type { Status } from '../../domain/run.ts';
import type { RunId } from '../../domain/words.ts';
import { connectClient } from '../../temporal/connect.ts';
import { readStatus } from '../../temporal/runs.ts';
import type { Answer } from '../answer.ts';
import type { Act } from '../commands.ts';
import { nextCommands } from '../runs/next-commands.ts';
import { listRuns, readServer, type ServerView } from '../runs/read-server.ts';
import { sayStatus } from '../runs/say-status.ts';

/** A worker that is alive answers in milliseconds. */
const patienceMs = 5000;
const mostRuns = 20;

/** The run's own answer, or null when nobody gives one in time. @throws DrError `missing` */
const askRun = async (client: Client, run: RunId): Promise<Status | null> => {
  try {
    return await client.withAbortSignal(AbortSignal.timeout(patienceMs), () => readStatus(client, run));
  } catch (error) {
    if (isDrError(error) && error.kind === 'unreachable') return null;
    throw error;
  }
};

const sayServer = (view: ServerView): string =>
  [
    `${view.run}: ${view.execution.toLowerCase()} (${view.runbook})`,
    `NO WORKER ANSWERS: this is what the Temporal server knows, and it may be old; nothing moves until a worker is up`,
    `  started ${view.startedAt}${view.endedAt === null ? '' : `, ended ${view.endedAt}`}`,
    ...Object.entries(view.attributes).map(([name, value]) => `  ${name.replace(/^Dr/, '')}: ${String(value)}`),
  ].join('\n');

const answerRun = async (client: Client, run: RunId): Promise<Answer> => {
  const server = await readServer(client, run);
  const status = await askRun(client, run);
  return {
    json: { run, isWorkerAlive: status !== null, server, status, commands: status && nextCommands(run, status) },
    text: status === null ? sayServer(server) : sayStatus(run, status),
  };
};

const answerAll = async (client: Client): Promise<Answer> => {
  const runs = await listRuns(client, mostRuns);
  const rows = runs.map(({ run, execution, startedAt, attributes }) => [
    run,
    execution.toLowerCase(),
    String(attributes.DrState ?? ''),
    String(attributes.DrOutcome ?? ''),
    String(attributes.DrNextActor ?? ''),
    startedAt,
  ]);
  const head = ['run', 'execution', 'state', 'outcome', 'who acts next', 'started'];
  return { json: { runs }, text: rows.length === 0 ? 'no runs yet' : markdownTable([head, ...rows]) };
};

/** `dr status [run]`: what a run does and who must act next; without a run, the newest runs. Changes nothing. */
export const status: Act = async (_session, [run]) => {
  await using connected = await connectClient();
  return await (run === undefined ? answerAll(connected.client) : answerRun(connected.client, run));
};
