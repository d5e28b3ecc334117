import fc from 'fast-check';
import type { DoStep, GateStep, Phase, Step, UnitsStep, WatchStep } from '../../src/domain/plan.ts';
import type { Risk } from '../../src/domain/risk.ts';
import { risks } from '../../src/domain/risk.ts';
import type { Call, Site } from '../../src/domain/verbs.ts';

/** Builders of small steps for tests of plans. */
export const site: Site = {
  place: {
    id: 'orders-db/beside-1',
    target: 'orders-db',
    kind: 'memory',
    role: 'beside',
    provider: 'database',
    server: 'env:BESIDE',
    database: 'dr_orders_1',
  },
  epoch: 2,
};
const check: Call = { verb: 'checkPlace', with: { site } };

const named = (id: string, after: readonly string[]) => ({
  id,
  says: `Do ${id}`,
  ...(after.length === 0 ? {} : { after }),
});

export const doStep = (id: string, after: readonly string[] = [], more: Partial<DoStep> = {}): DoStep => ({
  kind: 'do',
  ...named(id, after),
  run: { verb: 'providePlace', with: { site } },
  verify: check,
  undo: { verb: 'discardPlace', with: { site } },
  ...more,
});
export const gate = (id: string, after: readonly string[] = [], more: Partial<GateStep> = {}): GateStep => ({
  kind: 'gate',
  ...named(id, after),
  asks: 'Go ahead?',
  risk: 'disruptive',
  expires: '2h',
  ...more,
});
export const watch = (id: string, after: readonly string[] = [], more: Partial<WatchStep> = {}): WatchStep => ({
  kind: 'watch',
  ...named(id, after),
  check,
  every: '1s',
  until: '1m',
  greens: 3,
  onRed: 'ask',
  ...more,
});
export const units = (id: string, after: readonly string[] = [], more: Partial<UnitsStep> = {}): UnitsStep => ({
  kind: 'units',
  ...named(id, after),
  site,
  set: '20260301T010000Z-3f9a1c',
  stage: 'data',
  batches: 4,
  verify: check,
  undo: { irreversible: 'it goes with the place' },
  ...more,
});
export const phase = (id: string, steps: readonly Step[], more: Partial<Phase> = {}): Phase => ({
  id,
  says: `Phase ${id}`,
  steps,
  ...more,
});

const makers = { do: doStep, gate, watch, units };

/** Fit phases of any shape. Steps wait for others of their phase, listed before or after them. */
export const fitPhases: fc.Arbitrary<Phase[]> = fc
  .array(
    fc.tuple(
      fc.boolean(),
      fc.array(
        fc.record({
          kind: fc.constantFrom(...(Object.keys(makers) as (keyof typeof makers)[])),
          waits: fc.array(fc.nat(9), { maxLength: 3 }),
          skip: fc.option(fc.constantFrom<Risk>(...risks)),
          risk: fc.constantFrom<Risk>(...risks),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((shape) =>
    shape.map(([isReversed, shapes], at) => {
      const steps = shapes.map(({ kind, waits, skip, risk }, index): Step => {
        const after = [...new Set(waits.filter((wait) => wait < index).map((wait) => `s${at}-${wait}`))];
        if (kind === 'gate') return gate(`s${at}-${index}`, after, { risk });
        if (kind === 'do' && skip !== null) {
          return doStep(`s${at}-${index}`, after, { skippable: { why: 'it is safe', risk: skip } });
        }
        return makers[kind](`s${at}-${index}`, after);
      });
      return phase(`phase-${at}`, isReversed ? steps.reverse() : steps);
    }),
  );
