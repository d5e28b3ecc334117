import type { DoStep, GateStep, Phase, Plan, Step, UnitsStep, WatchStep } from '../../src/domain/plan.ts';
import type { Call, Site } from '../../src/domain/verbs.ts';
import type { PlaceSpec, Role } from '../../src/domain/words.ts';

/** Names the stores queue of these tests. */
export const region = 'here';

export const placeOf = (name: string, role: Role = 'beside'): PlaceSpec => ({
  id: `db/${name}`,
  target: 'db',
  kind: 'memory',
  role,
  provider: 'existing',
  url: `env:${name.toUpperCase()}`,
});
export const siteOf = (name: string, role?: Role): Site => ({ place: placeOf(name, role), epoch: 1 });

/** A step that takes a lease and gives it back: harmless, undone by `releaseSet`. */
export const leaseStep = (id: string, more: Partial<DoStep> = {}): DoStep => ({
  kind: 'do',
  id,
  says: `hold ${id}`,
  run: { verb: 'holdSet', with: { target: 'db', set: id, until: '2030-01-01T00:00:00.000Z' } },
  verify: { verb: 'checkSet', with: { target: 'db', set: id } },
  undo: { verb: 'releaseSet', with: { target: 'db', set: id } },
  ...more,
});

export const provideStep = (name: string, more: Partial<DoStep> = {}): DoStep => ({
  kind: 'do',
  id: name,
  says: `make ${name}`,
  run: { verb: 'providePlace', with: { site: siteOf(name) } },
  verify: { verb: 'checkPlace', with: { site: siteOf(name) } },
  undo: { verb: 'discardPlace', with: { site: siteOf(name) } },
  ...more,
});

export const fenceStep = (name: string, more: Partial<DoStep> = {}): DoStep => ({
  kind: 'do',
  id: `fence-${name}`,
  says: `stop writes at ${name}`,
  run: { verb: 'fencePlace', with: { site: siteOf(name, 'primary') } },
  verify: { verb: 'checkFenced', with: { site: siteOf(name, 'primary') } },
  undo: { verb: 'unfencePlace', with: { site: siteOf(name, 'primary') } },
  ...more,
});

const moveUsers = (from: string, to: string, epoch: number): Call => ({
  verb: 'switchTarget',
  with: { target: 'db', from: placeOf(from), to: placeOf(to), epoch },
});
export const switchStep = (from: string, to: string, epoch = 1, more: Partial<DoStep> = {}): DoStep => ({
  kind: 'do',
  id: `switch-${to}`,
  says: `move users to ${to}`,
  run: moveUsers(from, to, epoch),
  verify: { verb: 'checkSwitched', with: { target: 'db', to: placeOf(to), epoch: epoch + 1 } },
  undo: moveUsers(to, from, epoch + 1),
  ...more,
});

export const gateStep = (id: string, more: Partial<GateStep> = {}): GateStep => ({
  kind: 'gate',
  id,
  says: `wait for ${id}`,
  asks: 'Move users?',
  risk: 'disruptive',
  expires: '2h',
  ...more,
});

export const watchStep = (id: string, more: Partial<WatchStep> = {}): WatchStep => ({
  kind: 'watch',
  id,
  says: `probe ${id}`,
  check: { verb: 'probeService', with: { service: id } },
  every: '1s',
  until: '10m',
  greens: 3,
  onRed: 'ask',
  ...more,
});

export const unitsStep = (id: string, batches: number, more: Partial<UnitsStep> = {}): UnitsStep => ({
  kind: 'units',
  id,
  says: `restore ${id}`,
  site: siteOf('beside'),
  set: 'set-1',
  stage: 'data',
  batches,
  verify: { verb: 'checkStage', with: { site: siteOf('beside'), set: 'set-1', stage: 'data' } },
  undo: { irreversible: 'goes with the place' },
  ...more,
});

export const phase = (id: string, ...steps: Step[]): Phase => ({ id, says: `do ${id}`, steps });

/** A live plan by a proven starter, locking nothing, unless said otherwise. */
export const planOf = (phases: readonly Phase[], more: Partial<Plan> = {}): Plan => ({
  runbook: 'restoreStore',
  says: 'bring db back',
  run: 'set by the fake',
  mode: 'live',
  digest: 'abcdef0123456789'.repeat(4),
  estate: 'e'.repeat(64),
  madeAt: '2026-01-01T00:00:00.000Z',
  starter: { person: 'ada', proven: true },
  targets: ['db'],
  region,
  objective: { rtoSeconds: 3600, rpoSeconds: 900 },
  locks: [],
  sets: [],
  phases,
  input: { mode: 'live', set: 'latest', target: 'db' },
  notDone: [],
  versions: {},
  ...more,
});
