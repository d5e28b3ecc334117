import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { workflowBundle } from '../../src/temporal/bundle.ts';
import { scenarios } from '../histories/scenarios.ts';

const folder = fileURLToPath(new URL('../histories/', import.meta.url));
const names = readdirSync(folder).flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []);
const read = (name: string): string => readFileSync(`${folder}${name}.json`, 'utf8');

const replay = async (histories: { workflowId: string; history: unknown }[]): Promise<Record<string, unknown>> => {
  const errors: Record<string, unknown> = {};
  for await (const one of Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, histories)) {
    errors[one.workflowId] = one.error;
  }
  return errors;
};

beforeAll(() => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
});

test('there is a golden history of every scenario', () => {
  expect(names.toSorted()).toEqual(Object.keys(scenarios).toSorted());
});

test('every golden history replays: the engine would carry on with runs of that time', async () => {
  const errors = await replay(
    names.map((name) => ({ workflowId: `golden/${name}`, history: JSON.parse(read(name)) as unknown })),
  );
  expect(errors).toEqual(Object.fromEntries(names.map((name) => [`golden/${name}`, undefined])));
});

test('a history that the engine did not write does not', async () => {
  const other = read('restore-store-live').replaceAll('"fencePlace"', '"switchTarget"');
  const errors = await replay([{ workflowId: 'golden/restore-store-live', history: JSON.parse(other) as unknown }]);
  expect(String(errors['golden/restore-store-live'])).toMatch(/nondeterminism|TMPRL1100/i);
});
