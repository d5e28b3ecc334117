import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { runbooks } from '../runbooks/index.ts';
import type { Desk } from '../src/domain/desk.ts';
import { locksOf } from '../src/domain/effects.ts';
import { DrError } from '../src/domain/errors.ts';
import { expandRunbook } from '../src/domain/expand-runbook.ts';
import { listNotDone } from '../src/domain/list-not-done.ts';
import type { Facts, Objective, Plan, Runbook, RunInput } from '../src/domain/plan.ts';
import type { Starter } from '../src/domain/risk.ts';
import { suggest } from '../src/estate/names.ts';
import { gatherFacts } from './plan/gather-facts.ts';
import { parseInput } from './plan/parse-input.ts';
import { proveCode } from './prove-person.ts';
import { perform } from './verb.ts';
import type { World } from './world.ts';

/**
 * Parses, gathers, expands the runbook once, digests. The starter's code is spent last: an attempt that dies before
 * leaves nothing behind. A plan is made of references and never of secrets: it leaves as it was digested.
 */
export const freezePlan =
  (world: World): Desk['freezePlan'] =>
  ({ runbook: name, run, raw, at }) =>
    perform(world, `planning ${name}`, async (work) => {
      const runbook = runbookOf(name);
      const { code, ...input } = parseInput(raw, name, world.estate, at);
      const targets = runbook.targets(input);
      const readsSets = runbook.readsSets?.(input) ?? true;
      const wantsGoodSet = runbook.wantsGoodSet ?? false;
      const about = { run, at, input, targets, readsSets, wantsGoodSet };
      const { facts, leftOut } = await gatherFacts(world, work, about);
      const phases = expandRunbook(runbook, facts, input);
      const sets = Object.values(facts.targets).flatMap(({ set }) => set ?? []);
      const plan: Omit<Plan, 'digest'> = {
        runbook: name,
        says: runbook.says,
        run,
        mode: input.mode,
        estate: world.estate.digest,
        madeAt: at,
        starter: await proveStarter(world, input, code),
        targets: Object.keys(facts.targets),
        region: world.estate.region,
        objective: strictest(facts),
        ...objectivesOf(facts),
        locks: locksOf(phases.flatMap((phase) => phase.steps)),
        sets,
        phases,
        input,
        notDone: [...world.secrets.scrubAll(leftOut), ...listNotDone(facts, phases)],
        versions: world.versions,
      };
      return { ...plan, digest: digestOf(plan) };
    });

/** SHA-256 of the plan's canonical JSON (RFC 8785). */
export const digestOf = (plan: Omit<Plan, 'digest'>): string =>
  createHash('sha256')
    .update(canonicalize(plan) ?? '')
    .digest('hex');

const runbookOf = (name: string): Runbook => {
  const runbook = Object.hasOwn(runbooks, name) ? runbooks[name] : undefined;
  if (runbook !== undefined) return runbook;
  const legal = Object.keys(runbooks);
  throw new DrError('unknown-name', `no runbook "${name}"${suggest(name, legal)}`, `legal: ${legal.join(', ')}`);
};

/** Nobody in particular, someone who says who they are, or someone whose code proves it. */
const proveStarter = async (world: World, input: RunInput, code: string | undefined): Promise<Starter> => {
  if (code === undefined) return { person: input.by ?? null, proven: false };
  const proof = await proveCode(world, code);
  if ('refused' in proof) {
    throw new DrError(
      'not-proven',
      `the code of the starter is refused: ${proof.refused}`,
      'start again with a new code',
    );
  }
  if (input.by === undefined || input.by === proof.person) return { person: proof.person, proven: true };
  throw new DrError('not-proven', `the code is not the one of ${input.by}`, 'use your own name and your own code');
};

const least = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
};

/** What each of several was promised: of one, its objective is the plan's. */
const objectivesOf = ({ targets }: Facts): Pick<Plan, 'objectives'> => {
  const all = Object.values(targets);
  if (all.length < 2) return {};
  return { objectives: Object.fromEntries(all.map(({ id, objective }) => [id, objective])) };
};

/** Of several targets the strictest promise counts. */
const strictest = ({ targets }: Facts): Objective => ({
  rtoSeconds: least(Object.values(targets).map(({ objective }) => objective.rtoSeconds)),
  rpoSeconds: least(Object.values(targets).map(({ objective }) => objective.rpoSeconds)),
});
