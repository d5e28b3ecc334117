import { afterAll, beforeAll, describe } from 'vitest';
import { type Bench, setBench } from './conformance/bench.ts';
import { checking } from './conformance/checking.ts';
import { fencing } from './conformance/fencing.ts';
import { fingerprinting } from './conformance/fingerprinting.ts';
import { guarding } from './conformance/guarding.ts';
import type { Harness, Lab } from './conformance/harness.ts';
import { inspecting } from './conformance/inspecting.ts';
import { restoring } from './conformance/restoring.ts';
import { selecting } from './conformance/selecting.ts';
import { snapshots } from './conformance/snapshots.ts';
import { stopping } from './conformance/stopping.ts';
import { units } from './conformance/units.ts';

/**
 * Every promise of `src/stores/port.ts`, over any adapter. An adapter is done when this is green:
 *
 *     storeConformance({ kind: postgres, module: {…}, can: {…}, selects: {…}, nameOf, longestName: 63, bigRows: 5_000, start });
 */
export const storeConformance = <Meta>(harness: Harness<Meta>): void => {
  describe(`store ${harness.kind.kind}`, () => {
    let lab: Lab | undefined;
    let bench: Bench<Meta> | undefined;
    beforeAll(async () => {
      lab = await harness.start();
      bench = await setBench(harness, lab);
    });
    afterAll(() => lab?.stop());

    const ready = (): Bench<Meta> => {
      if (bench === undefined) throw new Error('the bench is not set');
      return bench;
    };
    describe('inspect, stamp and open', () => inspecting(harness, ready));
    describe('snapshot', () => snapshots(harness, ready));
    describe('units', () => units(harness, ready));
    describe('restore', () => restoring(harness, ready));
    describe('selections', () => selecting(harness, ready));
    describe('guards', () => guarding(harness, ready));
    describe('stop and break', () => stopping(harness, ready));
    describe('fingerprint', () => fingerprinting(harness, ready));
    describe('fence', () => fencing(harness, ready));
    describe('checks', () => checking(harness, ready));
  });
};
