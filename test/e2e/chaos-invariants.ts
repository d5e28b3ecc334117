import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { boundOf } from '../../activities/guard.ts';
import { lockIdOf, unitsIdOf } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { RunResult, Status } from '../../src/domain/run.ts';
import type { PlaceSpec } from '../../src/domain/words.ts';
import { memoryServer } from '../../src/memory/server.ts';
import type { Report } from '../../src/report/report.ts';
import { type ChaosScene, content } from './chaos-scene.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const isReport = ajv.compile(
  JSON.parse(await readFile(new URL('../../docs/report.schema.json', import.meta.url), 'utf8')),
);

/** A run that has ended, as its status tells it. */
export interface EndedRun {
  run: string;
  target: string;
  status: Status;
  /** Null when the run failed. */
  result: RunResult | null;
}

const legal = ['planned', 'succeeded', 'partially-failed', 'failed', 'aborted'];

/** A rival may have it by now: the lock says whose it is. */
const isOpen = async ({ client }: ChaosScene, id: string, run: string): Promise<boolean> => {
  const described = await client.workflow
    .getHandle(id)
    .describe()
    .catch(() => null);
  return described?.status.name === 'RUNNING' && (described.memo?.holder ?? run) === run;
};

const madeBy = (plan: Plan): PlaceSpec[] =>
  plan.phases
    .flatMap((phase) => phase.steps)
    .flatMap((step) => (step.kind === 'do' && step.run.verb === 'providePlace' ? [step.run.with.site.place] : []));

/** Nothing is open that belonged to the run. */
const openParts = async (scene: ChaosScene, { run, status: { plan } }: EndedRun): Promise<string[]> => {
  const steps = plan?.phases.flatMap((phase) => phase.steps) ?? [];
  const ids = [
    ...(plan?.locks ?? []).map(lockIdOf),
    ...steps.filter((step) => step.kind === 'units').map((step) => unitsIdOf(run, step.id)),
  ];
  const open = await Promise.all(
    ids.map(async (id) => ((await isOpen(scene, id, run)) ? [`${id} is still open`] : [])),
  );
  return open.flat();
};

/** What the run made is gone, in service, or said to be there. */
const unsaidPlaces = async (scene: ChaosScene, { run, target, status }: EndedRun, says: string): Promise<string[]> => {
  const bound = await boundOf(scene.world, target);
  const problems: string[] = [];
  for (const place of status.plan === null ? [] : madeBy(status.plan)) {
    const isThere = memoryServer.find(await scene.world.providers.database.url(place)) !== undefined;
    if (isThere && bound.place.id !== place.id && !says.includes(place.id)) {
      problems.push(`${place.id} is there, not in service, and no finding says so`);
    }
  }
  for (const { place } of await scene.world.vault.places.leftovers(run)) {
    if (!says.includes(place.id)) problems.push(`${place.id} is registered as left over, and no finding says so`);
  }
  return problems;
};

/** Users are led to the place that is bound, and find there what they had, each row once. */
const brokenService = async (scene: ChaosScene, { target }: EndedRun, says: string): Promise<string[]> => {
  const { place } = await boundOf(scene.world, target);
  const url = await scene.world.providers[place.provider].url(place);
  const served = await scene.servedUrl(target);
  const database = memoryServer.find(url);
  if (database === undefined) return [`${place.id} is bound and does not exist`];
  const texts = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
  const different = Object.entries(content).filter(
    ([object, rows]) =>
      !database.objects.has(object) || `${texts(memoryServer.rows(url, object))}` !== `${texts(rows)}`,
  );
  return [
    ...(served === url ? [] : [`users are led to ${served}, and ${url} is bound`]),
    ...different.map(([object]) => `${object} of ${place.id} is not what users had`),
    ...(database.objects.size === Object.keys(content).length ? [] : [`${place.id} holds more than users had`]),
    ...(database.isFenced && !says.includes('fence') ? [`${place.id} is in service and fenced`] : []),
  ];
};

const unsaidLeases = async (scene: ChaosScene, { run, target }: EndedRun, says: string): Promise<string[]> => {
  const leases = await scene.world.vault.leases.of(target);
  return leases.some((lease) => lease.run === run) && !/hold-set|release-set/.test(says)
    ? ['a lease is left, and no finding says so']
    : [];
};

const wrongVerdicts = ({ headline, rto, loss, equality }: Report): string[] => [
  ...(rto.verdict === 'not measured' || rto.by !== null ? [] : [`RTO ${rto.verdict}, and no clock measured it`]),
  ...(rto.verdict !== 'met' || (rto.by !== null && (rto[rto.by] ?? Infinity) <= (rto.objectiveSeconds ?? Infinity))
    ? []
    : ['RTO met beyond its objective']),
  ...(loss.verdict === 'not measured' || (loss.worst !== null && loss.worst.proven !== null)
    ? []
    : [`RPO ${loss.verdict}, and no canary proved it`]),
  ...(headline.rto === rto.verdict && headline.rpo === loss.verdict ? [] : ['the headline says other verdicts']),
  ...(headline.answer === 'yes' &&
  (rto.verdict !== 'met' || loss.verdict !== 'met' || equality.some((one) => !one.isEqual))
    ? ['the headline says yes, and not all was met']
    : []),
];

const wrongReport = async (scene: ChaosScene, { run, status, result }: EndedRun, says: string): Promise<string[]> => {
  if (status.plan === null || status.outcome === 'planned' || says.includes('the report could not be kept')) return [];
  const bytes = await scene.world.vault.runs.read(run, 'report.json').catch(() => null);
  if (bytes === null) return ['there is no report, and no finding says so'];
  const report = JSON.parse(Buffer.from(bytes).toString()) as Report;
  isReport(report);
  return [
    ...(isReport.errors ?? []).map(({ instancePath, message }) => `report${instancePath}: ${message}`),
    ...(report.run.outcome === status.outcome ? [] : [`the report says ${report.run.outcome}`]),
    ...(result === null || (result.verdicts.rto === report.rto.verdict && result.verdicts.rpo === report.loss.verdict)
      ? []
      : ['the result has other verdicts than the report']),
    ...wrongVerdicts(report),
  ];
};

/** What must hold after any run whatever befell it; each sentence is a promise broken. */
export const brokenPromises = async (scene: ChaosScene, ended: EndedRun): Promise<string[]> => {
  const { status, result } = ended;
  const says = status.findings.map((one) => one.says).join('\n');
  return [
    ...(legal.includes(status.outcome ?? '') ? [] : [`outcome ${status.outcome}`]),
    ...(result === null ? (status.outcome === 'failed' ? [] : ['it failed']) : []),
    ...(result !== null && result.outcome !== status.outcome ? [`its result says ${result.outcome}`] : []),
    ...status.steps
      .filter((one) => ['running', 'asking', 'waiting'].includes(one.state))
      .map((one) => `${one.id} is ${one.state}`),
    ...(status.outcome === 'succeeded' && status.steps.some((one) => one.state !== 'done')
      ? ['succeeded with steps undone']
      : []),
    ...(await openParts(scene, ended)),
    ...(await unsaidPlaces(scene, ended, says)),
    ...(await brokenService(scene, ended, says)),
    ...(await unsaidLeases(scene, ended, says)),
    ...(await wrongReport(scene, ended, says)),
  ];
};
