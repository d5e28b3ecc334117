import type { StampName, Stamps } from '../../src/domain/clocks.ts';
import { stampNames } from '../../src/domain/clocks.ts';
import type { Plan } from '../../src/domain/plan.ts';

/** When it began is the earliest anyone knows; when it was over is when the last part was. */
const earliestCounts: ReadonlySet<StampName> = new Set(['impact', 'detected', 'declared', 'started']);

/** Joins what is known of the moments of a run: the earliest of how it began, the latest of how it went on. */
export const mergeStamps = (known: Stamps, more: Stamps): Stamps => {
  const merged: Partial<Record<StampName, Stamps[StampName]>> = { ...known };
  for (const name of stampNames) {
    const old = known[name];
    const found = more[name];
    if (found === undefined) continue;
    const isEarlier = old !== undefined && Date.parse(found.at) < Date.parse(old.at);
    if (old === undefined || isEarlier === earliestCounts.has(name)) merged[name] = found;
  }
  return merged as Stamps;
};

/** What the person who started the run said about its beginning. */
export const stampsOfInput = (input: Plan['input']): Stamps => ({
  ...(input.impactAt === undefined ? {} : { impact: { at: input.impactAt, source: 'person' } }),
  ...(input.detectedAt === undefined ? {} : { detected: { at: input.detectedAt, source: 'person' } }),
  ...(input.declaredAt === undefined ? {} : { declared: { at: input.declaredAt, source: 'person' } }),
});
