import { countBatches } from '../../src/domain/batches.ts';
import { formatDuration } from '../../src/domain/duration.ts';
import { DrError, isDrError } from '../../src/domain/errors.ts';
import type { Facts, RunInput, SetFacts, TargetFacts } from '../../src/domain/plan.ts';
import { type Instant, type PlaceSpec, type RunId, type SetId, stages, type TargetId } from '../../src/domain/words.ts';
import type { Target } from '../../src/estate/estate.ts';
import { referencesOf } from '../../src/estate/references-of.ts';
import type { Work } from '../../src/stores/port.ts';
import type { SetReader } from '../../src/vault/port.ts';
import { boundOf } from '../guard.ts';
import { kindOf } from '../kind-of.ts';
import { metaOf, unitsOf } from '../set.ts';
import type { World } from '../world.ts';
import { openNamed, setBefore, setsUpTo } from './choose-set.ts';
import { placeOf, setIdOf } from './pre-allocate.ts';

/** Everything a runbook may look at; and, as sentences, what the chosen sets do not hold and which were passed over. */
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
  wantsGoodSet: boolean;
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
      if (!about.readsSets) return gatherTarget(world, about, target, none);
      if (named === null) return gatherTarget(world, about, target, await chooseNewest(world, work, about, target));
      const isIts = named.manifest.target === target.id;
      return gatherTarget(world, about, target, isIts ? await chosenByName(world, about, named) : none);
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

/** The set of a target, the one before it, and those that were not good enough, as sentences. */
interface Choice {
  set: SetReader | null;
  older: SetId | null;
  passedOver: readonly string[];
}

const none: Choice = { set: null, older: null, passedOver: [] };

/** The one before a set that somebody named, as far as the vault can still tell. */
const chosenByName = async (world: World, { wantsGoodSet }: About, set: SetReader): Promise<Choice> => {
  if (!wantsGoodSet) return { ...none, set };
  const sets = await world.vault.sets(set.manifest.target).catch(() => []);
  return { ...none, set, older: setBefore(sets, set.manifest.set) };
};

/**
 * The newest set that fits. Where a good one is wanted, one that does not open, or whose description does not, is passed
 * over for the one before: what that costs is seconds. Whether every chunk is there is for the run to prove.
 */
const chooseNewest = async (world: World, work: Work, about: About, { id }: Target): Promise<Choice> => {
  const passedOver: string[] = [];
  const ids = setsUpTo(await world.vault.sets(id), about.input.at).map(({ manifest }) => manifest.set);
  for (const [n, set] of ids.entries()) {
    const older = ids[n + 1] ?? null;
    try {
      const reader = await world.vault.open(id, set, work);
      if (about.wantsGoodSet) await metaOf(reader);
      return { set: reader, older: about.wantsGoodSet ? older : null, passedOver };
    } catch (error) {
      if (!about.wantsGoodSet || !isDrError(error) || !error.isPermanent || older === null) throw error;
      passedOver.push(`set ${set} of ${id} is passed over for the one before it: ${error.message}`);
    }
  }
  return none;
};

const gatherTarget = async (
  world: World,
  about: About,
  target: Target,
  { set, older, passedOver }: Choice,
): Promise<{ target: TargetFacts; leftOut: readonly string[] }> => {
  const { place, epoch } = await boundOf(world, target.id);
  const cannotFence = await whyNoFence(world, place);
  const references = referencesOf(target);
  const facts: TargetFacts = {
    id: target.id,
    kind: target.kind,
    objective: target.objective,
    bound: { place, epoch },
    beside: placeOf(target, 'beside', about),
    scratch: placeOf(target, 'scratch', about),
    nextSet: setIdOf(about.run, about.at, target.id),
    set: set && (await setFacts(world, target, set)),
    older,
    services: target.services.map((id) => {
      const { greens = 1, everyMs = 1000 } = world.estate.services[id] ?? {};
      return { id, greens, every: formatDuration(everyMs) };
    }),
    checks: target.checks.length,
    ...(references.length === 0 ? {} : { references }),
    ...(cannotFence === null ? {} : { cannotFence }),
    switches: target.switches.map((one) => world.openSwitch(one).says),
  };
  const leftOut = set?.manifest.leftOut.map((says) => `${target.id}: ${says}`) ?? [];
  return { target: facts, leftOut: [...passedOver, ...leftOut] };
};

/** A place whose connection string nobody knows any more is planned with a fence: the step says what is missing. */
const whyNoFence = async (world: World, place: PlaceSpec): Promise<string | null> => {
  const { cannotFence = null } = kindOf(world, place.kind);
  if (typeof cannotFence !== 'function') return cannotFence;
  const url = await world.secrets.resolve(place.provider === 'existing' ? place.url : place.server).catch(() => null);
  return url === null ? null : cannotFence(url);
};

const setFacts = async (world: World, target: Target, reader: SetReader): Promise<SetFacts> => {
  const { consistency, fingerprint, streams, carried = [] } = reader.manifest;
  const meta = await metaOf(reader);
  const prints = Object.values(fingerprint.objects);
  const batches = Object.fromEntries(
    stages.map((stage) => [stage, countBatches(unitsOf(kindOf(world, target.kind), meta, stage), stage)]),
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
    ...(carried.length === 0 ? {} : { carries: carried.map(({ path }) => path) }),
  };
};
