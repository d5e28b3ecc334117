/**
 * `npm run drill`: every store under a running service is lost at once, and one workflow brings them all back while you watch.
 *
 *   --disaster drop-tables|drop-database   how they are lost (default drop-tables)
 *   --sabotage row|chunk|ledger            spoil the recovery: the drill must end red
 *   --keep                                 leave everything up until Ctrl-C
 *   --json                                 one JSON document on standard output
 *
 * Exit codes: 0 recovered and objectives met, 1 failed or not equal, 2 bad input, 4 objective missed or not measured.
 */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { openWorld } from '../../activities/open-world.ts';
import { DrError, describeError, exitCodeOf } from '../domain/errors.ts';
import { readEstate } from '../estate/read-estate.ts';
import { watchService } from './demo/watcher.ts';
import { type Disaster, disasters } from './drill/disasters.ts';
import { type Narrator, narrator } from './drill/narrator.ts';
import { codeOf, type Ended, walkThrough } from './drill/recover.ts';
import { forgeLedger, type Sabotage, sabotages, swapChunks } from './drill/sabotage.ts';
import { buildStage, type Stage } from './drill/stage.ts';
import { sendVisitors } from './drill/visitors.ts';

interface Options {
  disaster: Disaster;
  sabotage: Sabotage | null;
  keep: boolean;
  json: boolean;
}

const oneOf = <T extends string>(what: string, given: string, legal: readonly T[]): T => {
  if (legal.includes(given as T)) return given as T;
  throw new DrError('bad-input', `there is no ${what} "${given}"`, `use one of ${legal.join(', ')}`);
};

const readOptions = (): Options => {
  try {
    const { values } = parseArgs({
      options: {
        disaster: { type: 'string', default: 'drop-tables' },
        sabotage: { type: 'string' },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    return {
      disaster: oneOf('disaster', values.disaster, Object.keys(disasters) as Disaster[]),
      sabotage:
        values.sabotage === undefined ? null : oneOf('sabotage', values.sabotage, Object.keys(sabotages) as Sabotage[]),
      keep: values.keep,
      json: values.json,
    };
  } catch (error) {
    if (error instanceof DrError) throw error;
    throw new DrError('bad-input', describeError(error), 'options: --disaster, --sabotage, --keep, --json');
  }
};

/** What a drill answers with. */
interface Answer {
  run: string;
  outcome: string;
  verdicts: { rto: string; rpo: string } | null;
  says: string;
  /** The page of the report on this machine. */
  report: string | null;
  temporalUi: string;
}

const play = async (stage: Stage, options: Options, tell: Narrator): Promise<Answer> => {
  const connection = await Connection.connect({ address: stage.temporal.address });
  const client = new Client({ connection });
  const world = await openWorld(await readEstate(stage.estate.file));
  const watcher = watchService(stage.health);
  const visitors = sendVisitors(new URL(stage.health).origin);
  try {
    await watcher.until((seen) => seen.firstGreenAt !== null, 'the service is green', 120_000);
    tell.chapter('Backing up into the vault');
    const backup = await walkThrough(client, 'backupEstate', { mode: 'live' }, tell);
    if ('error' in backup) throw backup.error;
    if (options.sabotage === 'chunk') await swapChunks(stage);
    if (options.sabotage === 'ledger') await forgeLedger(world.vault, 'shop-db');
    if (options.sabotage !== null) tell.line(`SABOTAGE: ${sabotages[options.sabotage]}`);
    const before = visitors.visits();
    await untilMore(() => visitors.visits() >= before + 10);
    tell.line(`users went on: ${visitors.visits() - before} visits since the backup`);

    tell.chapter('DISASTER');
    const disaster = disasters[options.disaster];
    tell.line(disaster.says);
    watcher.forget();
    await disaster.strike(stage.stores);
    await watcher.until((seen) => seen.firstRedAt !== null, 'the service is red', 20_000);
    await visitors.stop();
    const impactAt = watcher.seen().firstRedAt as string;
    tell.line(`the service fails its users since ${impactAt}`);

    tell.chapter('Recovering: runbook restoreEstate, live');
    const detectedAt = new Date().toISOString();
    const { codes } = stage.estate;
    const input = { mode: 'live', impactAt, detectedAt, declaredAt: detectedAt, incident: 'drill' } as const;
    const link = `${stage.temporal.uiUrl}/namespaces/default/workflows/${encodeURIComponent('restoreEstate/estate/drill')}`;
    tell.line(`watch it in the Temporal UI: ${link}`);
    const proof = { by: 'starter', code: codeOf(codes.starter) };
    const ended = await walkThrough(client, 'restoreEstate', { ...input, ...proof }, tell, codes.approver);
    const answer = await conclude(ended, world.vault, tell, link);
    if ('result' in ended && ended.result.outcome === 'succeeded') {
      await watcher.until((seen) => seen.greenAgainAt !== null, 'the service is green', 20_000);
      tell.line(`seen from outside, users were without service from ${impactAt} to ${watcher.seen().greenAgainAt}`);
    }
    return answer;
  } finally {
    await Promise.all([watcher.stop(), visitors.stop()]);
    await connection.close();
  }
};

const untilMore = async (isTrue: () => boolean): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!isTrue() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
};

const conclude = async (
  ended: Ended,
  vault: Awaited<ReturnType<typeof openWorld>>['vault'],
  tell: Narrator,
  temporalUi: string,
): Promise<Answer> => {
  tell.chapter('Report');
  const folder = join('.dr', 'drills', new Date().toISOString().replaceAll(':', ''));
  await mkdir(folder, { recursive: true });
  let report: string | null = null;
  for await (const kept of vault.runs.list()) {
    if (kept.run !== ended.run || !/\.(md|json|html)$/.test(kept.name)) continue;
    const body = await vault.runs.read(ended.run, kept.name);
    await writeFile(join(folder, kept.name), body);
    if (kept.name === 'report.html') report = resolve(folder, kept.name);
    if (kept.name === 'report.md') process.stderr.write(`\n${new TextDecoder().decode(body)}\n`);
  }
  const failed = 'error' in ended;
  if (failed) tell.line(`FAILED: ${describeError(ended.error)}`);
  return {
    run: ended.run,
    outcome: failed ? 'failed' : ended.result.outcome,
    verdicts: failed ? null : ended.result.verdicts,
    says: failed ? describeError(ended.error) : ended.result.says,
    report,
    temporalUi,
  };
};

const exitCode = ({ outcome, verdicts }: Answer): number => {
  if (outcome !== 'succeeded' || verdicts === null) return 1;
  return verdicts.rto === 'met' && verdicts.rpo === 'met' ? 0 : 4;
};

const main = async (): Promise<{ exit: number; report: string | null }> => {
  const options = readOptions();
  const tell = narrator((text) => process.stderr.write(text));
  const interrupted = new AbortController();
  tell.chapter('Starting PostgreSQL, MongoDB, Milvus, Redis, MinIO and Temporal');
  const worker = options.sabotage === 'row' ? 'src/local/drill/sabotaged-worker.ts' : 'src/worker.ts';
  await using stage = await buildStage(tell, { worker, workerEnv: {} });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const stopped = once(interrupted.signal, 'abort').then((): never => {
    throw new DrError('interrupted', 'the drill was stopped', 'everything it started is stopped too; run it again');
  });
  const answer = await Promise.race([play(stage, options, tell), stopped]);
  if (options.json) console.log(JSON.stringify(answer, null, 2));
  if (options.keep) {
    tell.line(`everything stays up until Ctrl-C: Temporal UI ${stage.temporal.uiUrl}, service ${stage.health}`);
    // Nothing else holds this process open: its servers do not.
    const hold = setInterval(() => undefined, 60_000);
    await once(interrupted.signal, 'abort');
    clearInterval(hold);
  }
  tell.line('stopping everything that was started');
  return { exit: exitCode(answer), report: answer.report };
};

try {
  const { exit, report } = await main();
  process.exitCode = exit;
  if (report !== null) process.stderr.write(`\nThe report, for any browser: ${report}\n`);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
