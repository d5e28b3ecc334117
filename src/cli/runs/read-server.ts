import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { type SearchAttributeName, searchAttributes } from '../../domain/attributes.ts';
import { DrError, describeError } from '../../domain/errors.ts';
import type { RunId } from '../../domain/words.ts';

/** What the Temporal server knows of a run by itself: no worker has to be alive. */
export interface ServerView {
  run: RunId;
  runbook: string;
  /** `RUNNING`, `COMPLETED`, `FAILED`, `CANCELLED`, `TERMINATED`, … */
  execution: string;
  startedAt: string;
  endedAt: string | null;
  attributes: Readonly<Partial<Record<SearchAttributeName, unknown>>>;
}

type Known = Pick<WorkflowExecutionInfo, 'workflowId' | 'type' | 'status' | 'startTime' | 'typedSearchAttributes'> & {
  closeTime?: Date | undefined;
};

const viewOf = (info: Known): ServerView => {
  const all = new Map(info.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  const names = (Object.keys(searchAttributes) as SearchAttributeName[]).filter((name) => all.has(name));
  return {
    run: info.workflowId,
    runbook: info.type,
    execution: info.status.name,
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
    attributes: Object.fromEntries(names.map((name) => [name, all.get(name)])),
  };
};

/** @throws DrError `missing` when there is no such run, `unreachable` */
export const readServer = async (client: Client, run: RunId): Promise<ServerView> => {
  try {
    return viewOf(await client.workflow.getHandle(run).describe());
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') {
      throw new DrError('missing', `there is no run ${run}`, 'dr status lists the runs');
    }
    throw new DrError('unreachable', `Temporal does not say what run ${run} is: ${describeError(error)}`, 'try again');
  }
};

/** Runs of this product, the newest first. The list lags a second or two behind. */
export const listRuns = async (client: Client, most: number): Promise<ServerView[]> => {
  const found: ServerView[] = [];
  for await (const info of client.workflow.list({ query: 'DrRunbook IS NOT NULL' })) {
    found.push(viewOf(info));
    if (found.length === most) break;
  }
  return found;
};
