import { countBatches } from '../../src/domain/batches.ts';
import { formatDuration } from '../../src/domain/duration.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Facts, RunInput, SetFacts, TargetFacts } from '../../src/domain/plan.ts';
import { type Instant, type RunId, stages, type TargetId } from '../../src/domain/words.ts';
import type { Target } from '../../src/estate/estate.ts';
import type { Work } from '../../src/stores/port.ts';
import type { SetReader } from '../../src/vault/port.ts';
import { boundOf } from '../guard.ts';
import { metaOf, unitsOf } from '../set.ts';
import type { World } from '../world.ts';
import { newestSet, openNamed } from './choose-set.ts';
import { placeOf, setIdOf } from './pre-allocate.ts';

/** Everything a runbook may look at, and what the chosen sets do not hold. */
export interface Gathered {
  facts: Facts;
  leftOut: readonly string[];
}

/** The run that asks. */
export interface About {
  run: RunId;
  at: Instant;
  input: RunInput;
  readsSets: boolean;
}

/**
 * Looks things up in the estate and the vault, never in a store: the store may be what is lost. For the same vault the
 * same facts.
 */
export const gatherFacts = async (
  world: World,
  work: Work,
  about: About & { targets: readonly TargetId[] },
): Promise<Gathered> => {
  const { run, at, input } = about;
  const ids = about.targets.length > 0 ? about.targets : Object.keys(world.estate.targets);
  const targets = ids.map((id) => targetOf(world, id));
  const isNamed = about.readsSets && input.set !== 'latest';
  const named = isNamed ? await openNamed(world.vault, ids, input.set, work) : null;
  const gathered = await Promise.all(
    targets.map(async (target) => {
      const set = named ?? (about.readsSets ? await openNewest(world, work, target, input.at) : null);
      return gatherTarget(world, about, target, set?.manifest.target === target.id ? set : null);
    }),
  );
  return {
    facts: {
      run,
      mode: input.mode,
      now: at,
      targets: Object.fromEntries(gathered.map(({ target }) => [target.id, target])),
      hooks: {},
      risk: world.estate.risk,
    },
    leftOut: gathered.flatMap(({ leftOut }) => leftOut),
  };
};

const targetOf = (world: World, id: TargetId): Target => {
  const target = world.estate.targets[id];
  if (target !== undefined) return target;
  throw new DrError(
    'unknown-name',
    `no target "${id}" in the estate`,
    `legal: ${Object.keys(world.estate.targets).join(', ')}`,
  );
};

const openNewest = async (world: World, work: Work, { id }: Target, at?: Instant): Promise<SetReader | null> => {
  const newest = newestSet(await world.vault.sets(id), at);
  return newest && world.vault.open(id, newest.manifest.set, work);
};

const gatherTarget = async (
  world: World,
  about: About,
  target: Target,
  set: SetReader | null,
): Promise<{ target: TargetFacts; leftOut: readonly string[] }> => {
  const { place, epoch } = await boundOf(world, target.id);
  const facts: TargetFacts = {
    id: target.id,
    kind: target.kind,
    objective: target.objective,
    bound: { place, epoch },
    beside: placeOf(target, 'beside', about),
    scratch: placeOf(target, 'scratch', about),
    nextSet: setIdOf(about.run, about.at, target.id),
    set: set && (await setFacts(world, target, set)),
    services: target.services.map((id) => {
      const { greens = 1, everyMs = 1000 } = world.estate.services[id] ?? {};
      return { id, greens, every: formatDuration(everyMs) };
    }),
    checks: target.checks.length,
    switches: target.switches.map((one) => world.openSwitch(one).says),
  };
  return { target: facts, leftOut: set?.manifest.leftOut.map((says) => `${target.id}: ${says}`) ?? [] };
};

const setFacts = async (world: World, target: Target, reader: SetReader): Promise<SetFacts> => {
  const { consistency, fingerprint, streams } = reader.manifest;
  const meta = await metaOf(reader);
  const prints = Object.values(fingerprint.objects);
  const batches = Object.fromEntries(
    stages.map((stage) => [stage, countBatches(unitsOf(world.kinds[target.kind], meta, stage), stage)]),
  );
  return {
    id: reader.manifest.set,
    target: target.id,
    digest: reader.digest,
    consistency,
    bytes: Object.values(streams).reduce((sum, stream) => sum + stream.bytes, 0),
    objects: prints.length,
    rows: prints.reduce((sum, print) => sum + print.rows, 0),
    batches: batches as SetFacts['batches'],
  };
};
