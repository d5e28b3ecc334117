import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { onTestFinished } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { createSecrets } from '../../activities/secrets.ts';
import type { World } from '../../activities/world.ts';
import type { Desk } from '../../src/domain/desk.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Fact, Order, VerbName, Verbs } from '../../src/domain/verbs.ts';
import type { PlaceSpec, Role } from '../../src/domain/words.ts';
import type { Estate, Target } from '../../src/estate/estate.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { memory } from '../../src/stores/memory/index.ts';
import { loadKinds } from '../../src/stores/registry.ts';
import { folderBackend } from '../../src/vault/folder-backend.ts';
import { openVault } from '../../src/vault/vault.ts';

/** One target on memory places. */
export const targetOf = (more: Partial<Target> = {}): Target => ({
  id: 'orders-db',
  kind: 'memory',
  objective: { rtoSeconds: 3600, rpoSeconds: 600 },
  primary: {
    id: 'orders-db/primary',
    target: 'orders-db',
    kind: 'memory',
    role: 'primary',
    provider: 'existing',
    url: 'env:PRIMARY',
  },
  besideServer: 'env:BESIDE',
  scratchServer: 'env:SCRATCH',
  backup: { everySeconds: null, only: [], except: [] },
  switches: [],
  services: [],
  checks: [],
  ...more,
});

export const estateOf = (more: Partial<Estate> = {}): Estate => ({
  name: 'shop',
  digest: 'e'.repeat(64),
  folder: '/',
  region: 'local',
  vault: { kind: 'folder', path: 'vault', key: 'env:VAULT_KEY', keyName: 'first' },
  people: {
    'on-call': { name: 'First on call', code: 'env:CODE_ON_CALL' },
    second: { name: 'Second on call', code: 'env:CODE_SECOND' },
  },
  targets: { 'orders-db': targetOf() },
  services: {},
  risk: {},
  warnings: [],
  ...more,
});

type InputOf<V extends VerbName> = Parameters<Verbs[V]>[1];

export interface Bench {
  world: World;
  folder: string;
  /** Connection string of the primary, filled with a few rows. */
  primaryUrl: string;
  primary: { place: PlaceSpec; epoch: number };
  /** Where users are led to: what the double of a switch shows. */
  led: { to: string | null };
  /** Runs a verb as Temporal would. */
  call<V extends VerbName>(verb: V, input: InputOf<V>, order?: Partial<Order>): Promise<Fact>;
  desk: Desk;
  /** A place that a run would make, and its connection string. */
  made(role: Role, run?: string): { site: { place: PlaceSpec; epoch: number }; url: string };
}

/** Rows of the sample primary, by object. */
export const sample = {
  orders: Array.from({ length: 50 }, (_, id) => ({ id, says: `order ${id}` })),
  customers: [{ id: 1 }, { id: 2 }],
  'empty "one"': [],
};

export const orderOf = (more: Partial<Order> = {}): Order => ({
  run: 'run-1',
  step: 'step',
  mode: 'live',
  plan: 'p'.repeat(64),
  estate: 'e'.repeat(64),
  ...more,
});

/** A world of memory places with a real vault in a folder of its own; both go with the test. `refs` are further secrets. */
export const openBench = async (
  more: Partial<Estate> = {},
  refs: Readonly<Record<string, string>> = {},
): Promise<Bench> => {
  const folder = await mkdtemp(join(tmpdir(), 'dr-activities-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const name = randomUUID();
  const urls = {
    PRIMARY: `memory://primary-${name}`,
    BESIDE: `memory://beside-${name}`,
    SCRATCH: `memory://scratch-${name}`,
  };
  for (const url of Object.values(urls)) memoryServer.create(url);
  for (const [object, rows] of Object.entries(sample)) memoryServer.put(urls.PRIMARY, object, rows);
  const values: Record<string, string> = {
    ...urls,
    CODE_ON_CALL: 'JBSWY3DPEHPK3PXP',
    CODE_SECOND: 'KRSXG5DSN5XGOLLU',
    ...refs,
  };
  const secrets = createSecrets(async (ref) => {
    const value = values[ref.replace('env:', '')];
    if (value === undefined) throw new DrError('missing', `secret ${ref} is not set`, 'set it');
    return value;
  });
  const led = { to: urls.PRIMARY as string | null };
  const estate = estateOf(more);
  const world: World = {
    estate,
    vault: await openVault(folderBackend(folder), { name: 'first', bytes: randomBytes(32) }),
    secrets,
    kinds: { ...(await loadKinds(['memory'])), postgres: memory as never },
    providers: createProviders(secrets.resolve),
    temporalUi: 'https://temporal.example/ui',
    openSwitch: () => ({
      says: 'DATABASE_URL in shop.env',
      leadsTo: async (place) => led.to === place,
      set: async (expected, next) => {
        if (led.to !== expected && led.to !== next) throw new Error('led elsewhere');
        led.to = next;
      },
    }),
    probe: async () => ({ ok: true, says: '200 OK' }),
    now: () => new Date().toISOString(),
    parallel: 2,
    versions: { 'dr-runbooks': '0.0.0' },
  };
  const activities = createActivities(world);
  const run = <A extends unknown[], R>(act: (...input: A) => Promise<R>, ...input: A): Promise<R> =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run<A, R, (...input: A) => Promise<R>>(
      act,
      ...input,
    );
  return {
    world,
    folder,
    primaryUrl: urls.PRIMARY,
    primary: { place: targetOf().primary, epoch: 1 },
    led,
    call: (verb, input, order) =>
      run(activities[verb] as (order: Order, input: unknown) => Promise<Fact>, orderOf(order), input),
    desk: {
      freezePlan: (input) => run(activities.freezePlan, input),
      provePerson: (input) => run(activities.provePerson, input),
      writeReport: (input) => run(activities.writeReport, input),
    },
    made: (role) => {
      const database = `dr_${randomBytes(4).toString('hex')}`;
      const place: PlaceSpec = {
        id: `orders-db/${role}-${database}`,
        target: 'orders-db',
        kind: 'memory',
        role,
        provider: 'database',
        server: role === 'scratch' ? 'env:SCRATCH' : 'env:BESIDE',
        database,
      };
      return { site: { place, epoch: 2 }, url: `${role === 'scratch' ? urls.SCRATCH : urls.BESIDE}/${database}` };
    },
  };
};
