import { runbooks } from '../../runbooks/index.ts';
import { lockIdOf, unitsIdOf } from '../../src/domain/ids.ts';
import type { SetFacts } from '../../src/domain/plan.ts';
import type { Mode } from '../../src/domain/words.ts';
import { factsOf, inputOf, planOf, setOf, targetOf } from '../runbooks/facts.ts';
import type { Driver, Engine } from '../workflows/engine.ts';
import type { Fault, World } from '../workflows/fakes.ts';
import { error, latch, worldOf } from '../workflows/fakes.ts';
import { region } from '../workflows/plans.ts';

const primary = 'orders-db/primary';

const small = { batches: { schema: 1, data: 3, index: 2, finish: 1 } };

/** A world in which one of the product's own runbooks is planned. */
export const worldFor = (runbook: string, mode: Mode, set: Partial<SetFacts> = {}, faults: Fault[] = []): World => {
  const target = targetOf('orders-db', { set: setOf('orders-db', set) });
  const input = inputOf(mode, { target: 'orders-db' });
  const plan = planOf(runbooks[runbook]!, factsOf(mode, [target]), input);
  return worldOf({ ...plan, region }, faults, primary);
};

/** The same of a runbook about several targets. */
export const estateFor = (runbook: string, mode: Mode, faults: Fault[] = []): World => {
  const targets = ['orders-db', 'docs'].map((id) => targetOf(id, { checks: 1, set: setOf(id, small) }));
  const plan = planOf(runbooks[runbook]!, factsOf(mode, targets), inputOf(mode));
  return worldOf({ ...plan, region }, faults, primary, ['docs/primary']);
};

/** Recovers a target for real, with the one approval it needs. */
export const recover = async (engine: Engine, world: World, id: string): Promise<Driver> => {
  const run = await engine.run(world, { id });
  await run.until(({ state }) => state === 'approving');
  await run.send('approve', { code: '222222' });
  await run.result();
  return run;
};

const start = (engine: Engine, runbook: string, id: string, world: World): Promise<Driver> =>
  engine.run(world, { id, runbook });

/** What is replayed for ever: name of the file, and the workflow whose history it is. */
export const scenarios: Readonly<Record<string, (engine: Engine, id: string) => Promise<string>>> = {
  'restore-store-live': async (engine, id) => {
    await recover(engine, worldFor('restoreStore', 'live', small), id);
    return id;
  },
  'restore-store-plan': async (engine, id) => {
    await (await start(engine, 'restoreStore', id, worldFor('restoreStore', 'plan', small))).result();
    return id;
  },
  'run-drill': async (engine, id) => {
    await (await start(engine, 'runDrill', id, worldFor('runDrill', 'drill', small))).result();
    return id;
  },
  'restore-estate-live': async (engine, id) => {
    const world = estateFor('restoreEstate', 'live', [
      { verb: 'comparePlace', step: 'compare-docs', times: 1, error: error('not-equal', 'row count differs') },
    ]);
    const run = await start(engine, 'restoreEstate', id, world);
    await run.until(({ state }) => state === 'asking');
    await run.send('retryStep');
    await run.until(({ state }) => state === 'approving');
    await run.send('approve', { code: '222222' });
    await run.result();
    return id;
  },
  'backup-estate': async (engine, id) => {
    await (await start(engine, 'backupEstate', id, worldFor('backupEstate', 'live', small))).result();
    return id;
  },
  'restore-store-asked-held-noted': async (engine, id) => {
    const world = worldFor('restoreStore', 'drill', small, [
      { verb: 'comparePlace', times: 1, error: error('not-equal', 'row count differs') },
      { verb: 'beginRestore', times: 2, error: error('unreachable', 'connection refused') },
    ]);
    const run = await start(engine, 'restoreStore', id, world);
    await run.until(({ state }) => state === 'asking');
    await run.send('note', { says: 'looks like the index' });
    await run.send('hold', { why: 'asking the owner' });
    await run.send('retryStep');
    await run.send('resume');
    await run.result();
    return id;
  },
  'restore-store-aborted': async (engine, id) => {
    const inside = latch();
    const world = worldFor('restoreStore', 'live', small, [{ verb: 'switchTarget', times: 1, waits: inside }]);
    const run = await start(engine, 'restoreStore', id, world);
    await run.until(({ state }) => state === 'approving');
    await run.send('approve', { code: '222222' });
    await inside.entered;
    await run.send('abort', { why: 'wrong set' });
    await run.result();
    return id;
  },
  'recover-postgres-corruption-live': async (engine, id) => {
    const world = worldFor('recoverPostgresCorruption', 'live', small, [
      { verb: 'runChecks', times: 1, error: error('not-equal', 'a check is red: every line has its order') },
    ]);
    const run = await start(engine, 'recoverPostgresCorruption', id, world);
    await run.until(({ state }) => state === 'asking');
    await run.send('retryStep');
    await run.until(({ state }) => state === 'approving');
    await run.send('approve', { code: '222222' });
    await run.result();
    return id;
  },
  'restore-units': async (engine, id) => {
    await recover(engine, worldFor('restoreStore', 'live', small), id);
    return unitsIdOf(id, 'data');
  },
  'hold-place': async (engine, id) => {
    const inside = latch();
    const first = worldFor('restoreStore', 'live', small, [{ verb: 'providePlace', times: 1, waits: inside }]);
    const run = await start(engine, 'restoreStore', id, first);
    await inside.entered;
    const refused = await start(engine, 'restoreStore', `${id}-refused`, worldFor('restoreStore', 'live', small));
    await refused.result().catch(() => {});
    await run.send('abort', { why: 'seen' });
    await run.result();
    return lockIdOf(primary);
  },
};
