import { ApplicationFailure, Context } from '@temporalio/activity';
import { measureRto } from '../../src/domain/clocks.ts';
import type { Desk } from '../../src/domain/desk.ts';
import type { ErrorKind } from '../../src/domain/errors.ts';
import { DrError, describeError } from '../../src/domain/errors.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { RunRecord } from '../../src/domain/run.ts';
import type { Fact, Order, Verbs } from '../../src/domain/verbs.ts';

/** What one call is made to do instead of its work. */
export interface Fault {
  verb: string;
  /** Only at this step. */
  step?: string;
  /** How many calls; all of them when absent. */
  times?: number;
  /** Let this many calls pass first. */
  after?: number;
  /** Throws, instead of working. */
  error?: DrError;
  /** Never answers and never beats, as if its worker had been killed. */
  dies?: boolean;
  /** Waits until it is let go or cancelled, then works. */
  waits?: Latch;
  /** Added to what the call finds. */
  finds?: Partial<Fact>;
}

export interface Latch {
  entered: Promise<void>;
  release(): void;
  pass(): Promise<void>;
}
export const latch = (): Latch => {
  const entered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    entered: entered.promise,
    release: () => released.resolve(),
    pass: () => {
      entered.resolve();
      return released.promise;
    },
  };
};

interface FakePlace {
  isFenced: boolean;
  ledger: string[];
}

/** A world in memory: what steps change and undos restore. */
export interface World {
  plan: Plan;
  places: Map<string, FakePlace>;
  leases: Set<string>;
  bound: { place: string; epoch: number };
  /** The same of the other targets of a run about several, once they were switched. */
  others: Map<string, string>;
  faults: Fault[];
  /** `verb step`, in the order in which they began. */
  calls: string[];
  /** Who a code belongs to. A code is good once. */
  codes: Map<string, string>;
  reports: RunRecord[];
  inFlight: number;
  mostInFlight: number;
}

export const worldOf = (plan: Plan, faults: Fault[] = [], primary = 'db/primary', others: string[] = []): World => ({
  plan,
  places: new Map([primary, ...others].map((id) => [id, { isFenced: false, ledger: [] }])),
  leases: new Set(),
  bound: { place: primary, epoch: 1 },
  others: new Map(others.map((id) => [id.split('/')[0]!, id])),
  faults,
  calls: [],
  codes: new Map([
    ['111111', 'ada'],
    ['222222', 'bob'],
    ['333333', 'cem'],
    ['333444', 'cem'],
  ]),
  reports: [],
  inFlight: 0,
  mostInFlight: 0,
});

/** Everything that a run may change, to compare before and after. Epochs only grow. */
export const stateOf = (world: World): unknown => ({
  places: [...world.places].toSorted(([a], [b]) => a.localeCompare(b)),
  leases: [...world.leases].toSorted(),
  bound: world.bound.place,
  others: [...world.others].toSorted(),
});

export const error = (kind: ErrorKind, message: string = kind): DrError => new DrError(kind, message, 'do something');

const worlds = new Map<string, World>();

/** Which world the activities of a run work in. */
export const register = (run: string, world: World): void => {
  worlds.set(run, world);
};

const worldAt = (run: string): World => {
  // Schedules add the time to an id.
  const known = worlds.has(run) ? run : [...worlds.keys()].find((id) => run.startsWith(`${id}-`));
  const world = worlds.get(known ?? '');
  if (world === undefined) throw ApplicationFailure.nonRetryable(`no world for ${run}`, 'unexpected');
  return world;
};

const toFailure = (thrown: unknown): unknown => {
  if (!(thrown instanceof DrError)) return thrown;
  const { kind, hint, facts, evidence, isPermanent } = thrown;
  const details = [{ hint, facts, evidence }];
  return ApplicationFailure.create({ message: describeError(thrown), type: kind, nonRetryable: isPermanent, details });
};

const strike = async (fault: Fault): Promise<void> => {
  const { cancelled } = Context.current();
  if (fault.dies === true) await cancelled;
  const beat = setInterval(() => Context.current().heartbeat(), 100);
  try {
    if (fault.waits !== undefined) await Promise.race([fault.waits.pass(), cancelled]);
  } finally {
    clearInterval(beat);
  }
  if (fault.error !== undefined) throw toFailure(fault.error);
};

const nextFault = (world: World, verb: string, step: string): Fault | undefined =>
  world.faults.find((fault) => {
    if (fault.verb !== verb || (fault.step !== undefined && fault.step !== step)) return false;
    if ((fault.after ?? 0) > 0) {
      fault.after = fault.after! - 1;
      return false;
    }
    if (fault.times === 0) return false;
    if (fault.times !== undefined) fault.times -= 1;
    return true;
  });

const perform = async (world: World, verb: string, step: string, work: () => Partial<Fact>): Promise<Fact> => {
  const beganAt = new Date().toISOString();
  world.calls.push(`${verb} ${step}`);
  world.inFlight += 1;
  world.mostInFlight = Math.max(world.mostInFlight, world.inFlight);
  try {
    const fault = nextFault(world, verb, step);
    if (fault !== undefined) await strike(fault);
    // Long enough for calls of one fan-out to overlap.
    if (verb === 'applyUnits') await new Promise((resolve) => setTimeout(resolve, 5));
    return { says: `${verb} done`, beganAt, endedAt: new Date().toISOString(), ...work(), ...fault?.finds };
  } catch (thrown) {
    throw toFailure(thrown);
  } finally {
    world.inFlight -= 1;
  }
};

type Work = { [V in keyof Verbs]: (world: World, input: Parameters<Verbs[V]>[1], order: Order) => Partial<Fact> };

const need = (isTrue: boolean, kind: ErrorKind, message: string): Partial<Fact> => {
  if (!isTrue) throw error(kind, message);
  return {};
};
const placeIn = (world: World, id: string): FakePlace => {
  const place = world.places.get(id);
  if (place === undefined) throw error('missing', `no place ${id}`);
  return place;
};
const read = (): Partial<Fact> => ({});
/** Has done it already. */
const does = (_done: unknown): Partial<Fact> => ({});

const works: Work = {
  checkReady: read,
  takeSnapshot: read,
  checkSet: read,
  holdSet: (world, { set }) => does(world.leases.add(set)),
  releaseSet: (world, { set }) => does(world.leases.delete(set)),
  providePlace: (world, { site }) => {
    if (!world.places.has(site.place.id)) world.places.set(site.place.id, { isFenced: false, ledger: [] });
    return {};
  },
  checkPlace: (world, { site }) => need(world.places.has(site.place.id), 'missing', `no place ${site.place.id}`),
  discardPlace: (world, { site }) => does(world.places.delete(site.place.id)),
  checkDiscarded: (world, { site }) => need(!world.places.has(site.place.id), 'not-empty', 'still there'),
  beginRestore: (world, { site }) => need(placeIn(world, site.place.id).ledger.length === 0, 'not-empty', 'not empty'),
  applyUnits: (world, { site, stage, batch }) => {
    const { ledger } = placeIn(world, site.place.id);
    const unit = `${stage}/${batch}`;
    if (ledger.includes(unit)) return { applied: 0, skipped: 1 };
    ledger.push(unit);
    return { applied: 1, skipped: 0, bytes: 300_000_000, rows: 1000 };
  },
  checkStage: read,
  endRestore: read,
  comparePlace: read,
  runChecks: read,
  putBackCarried: read,
  fencePlace: (world, { site }) => {
    placeIn(world, site.place.id).isFenced = true;
    return {};
  },
  unfencePlace: (world, { site }) => {
    placeIn(world, site.place.id).isFenced = false;
    return {};
  },
  checkFenced: (world, { site }) => need(placeIn(world, site.place.id).isFenced, 'not-proven', 'not fenced'),
  checkWritable: (world, { site }) => need(!placeIn(world, site.place.id).isFenced, 'not-proven', 'fenced'),
  switchTarget: (world, { target, from, to }) => {
    const other = world.others.get(target);
    if (other !== undefined) {
      need(other === from.id || other === to.id, 'stale-epoch', `users are at ${other}`);
      return does(world.others.set(target, to.id));
    }
    if (world.bound.place === to.id) return {};
    need(world.bound.place === from.id, 'stale-epoch', `users are at ${world.bound.place}`);
    world.bound = { place: to.id, epoch: world.bound.epoch + 1 };
    return { stamps: { switched: { at: new Date().toISOString(), source: 'history' } } };
  },
  checkSwitched: (world, { target, to }) =>
    need((world.others.get(target) ?? world.bound.place) === to.id, 'not-proven', 'not switched'),
  probeService: () => ({ stamps: { healthy: { at: new Date().toISOString(), source: 'probe' } } }),
  measureLoss: read,
};

const verbs = Object.fromEntries(
  Object.entries(works).map(([verb, work]) => [
    verb,
    (order: Order, input: never) => {
      const world = worldAt(order.run);
      return perform(world, verb, order.step, () => (work as Work['checkReady'])(world, input, order));
    },
  ]),
) as unknown as Verbs;

const legal = 'expected one object: {"target":"db","mode":"plan"}';

const desk: Desk = {
  freezePlan: async ({ run, raw, runbook }) => {
    const world = worldAt(run);
    await perform(world, 'freezePlan', '', read);
    const input = raw as { target?: unknown } | null;
    if (typeof input !== 'object' || input === null || Array.isArray(input) || typeof input.target !== 'string') {
      throw toFailure(error('bad-input', `target is missing: ${legal}; targets: db, mail`));
    }
    return { ...world.plan, run, runbook };
  },
  provePerson: async ({ run, code, gate }) => {
    const world = worldAt(run);
    await perform(world, 'provePerson', gate, read);
    const person = world.codes.get(code);
    if (person === undefined) return { refused: 'nobody has this code now, or it was used before' };
    world.codes.delete(code);
    return { person };
  },
  writeReport: async ({ record }) => {
    const world = worldAt(record.plan.run);
    await perform(world, 'writeReport', '', read);
    world.reports.push(record);
    const rto = measureRto(record.stamps, record.plan.objective.rtoSeconds);
    return {
      kept: [`runs/${record.plan.run}/report.json`],
      rto,
      loss: null,
      says: `${record.outcome}${record.because === undefined ? '' : ` (${record.because})`}; RTO ${rto.verdict}`,
    };
  },
};

/** The product's activities, in memory, with scriptable faults. */
export const fakeActivities: Verbs & Desk = { ...verbs, ...desk };
