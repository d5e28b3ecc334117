import { existsSync } from 'node:fs';
import { parseInput } from '../../../activities/plan/parse-input.ts';
import { runbooks } from '../../../runbooks/index.ts';
import { DrError } from '../../domain/errors.ts';
import type { RunInput } from '../../domain/plan.ts';
import type { RunResult } from '../../domain/run.ts';
import { printName, suggest } from '../../estate/names.ts';
import { connectClient } from '../../temporal/connect.ts';
import { startRun } from '../../temporal/runs.ts';
import type { Answer, ExitCode } from '../answer.ts';
import type { Options } from '../commands.ts';
import { confirm } from '../confirm.ts';
import type { Session } from '../session.ts';
import { follow } from './follow.ts';

const inputFields = [
  'target',
  'targets',
  'mode',
  'set',
  'at',
  'incident',
  'why',
  'impactAt',
  'detectedAt',
  'declaredAt',
  'by',
  'code',
] as const;

const checkRunbook = (name: string): void => {
  if (Object.hasOwn(runbooks, name)) return;
  const legal = Object.keys(runbooks);
  throw new DrError(
    'unknown-name',
    `no runbook ${printName(name)}${suggest(name, legal)}`,
    `legal: ${legal.join(', ')}`,
  );
};

/** Checked here too when the estate file is at hand: a mistake is answered before anything is started. */
const checkInput = async (session: Session, runbook: string, input: Partial<RunInput>): Promise<void> => {
  if (session.isEstateNamed || existsSync(session.estatePath)) {
    parseInput(input, runbook, await session.estate(), new Date().toISOString());
  }
};

/** A run on one target asks for its name, and one that brings several back for its own. One that reads no set asks nothing. */
const confirmLive = async (session: Session, runbook: string, input: Partial<RunInput>): Promise<void> => {
  const { target, targets = [], set = 'latest' } = input;
  const says = `This starts ${runbook} in live mode:`;
  if (target !== undefined) {
    await confirm(session, { says, target, place: `as planned: dr plan ${runbook} --target ${target}`, set });
  } else if (runbooks[runbook]?.readsSets?.({ mode: 'live' }) ?? true) {
    const of = targets.length === 0 ? 'every target' : targets.join(', ');
    await confirm(session, {
      says,
      target: runbook,
      of: 'runbook',
      place: `${of}, as planned: dr plan ${runbook}`,
      set,
    });
  }
};

export const exitOf = ({ outcome, verdicts }: RunResult): ExitCode => {
  if (outcome !== 'planned' && outcome !== 'succeeded') return 1;
  return verdicts.rto === 'missed' || verdicts.rpo === 'missed' ? 4 : 0;
};

/**
 * Starts a runbook and waits for its end, or does not when told so. A live run asks for a name first.
 * @throws DrError `bad-input`, `unknown-name`, `refused`, `already-exists`, `unreachable`, and what the run failed with
 */
export const launch = async (
  session: Session,
  runbook: string,
  options: Options,
  finish?: (
    run: string,
    result: RunResult,
    client: Awaited<ReturnType<typeof connectClient>>['client'],
  ) => Promise<Answer>,
): Promise<Answer> => {
  checkRunbook(runbook);
  const given = inputFields.flatMap((field) => (options[field] === undefined ? [] : [[field, options[field]]]));
  const input: Partial<RunInput> = Object.fromEntries(given);
  await checkInput(session, runbook, input);
  if (input.mode === 'live') await confirmLive(session, runbook, input);
  await using connected = await connectClient();
  const { client } = connected;
  const { workflowId: run } = await startRun(client, runbook, input);
  session.say(`run ${run} is started`);
  if (options.detach === true) return { json: { run }, text: `follow it: dr status ${run}` };

  const result = await follow(session, client, run);
  if (finish !== undefined) return await finish(run, result, client);
  const says = result.says.includes(result.outcome) ? result.says : `${result.outcome}: ${result.says}`;
  const report = result.report.length === 0 ? [] : [`dr report ${run}`];
  return {
    json: { run, result },
    text: [says, ...report].join('\n'),
    exit: exitOf(result),
  };
};
