import type { Phase, Step } from '../../src/domain/plan.ts';
import { gateExpires } from '../../src/domain/raise-risks.ts';
import type { Call, Site } from '../../src/domain/verbs.ts';
import type { Restorable } from '../choose-target.ts';

/** Proof that users reach the new place, under the epoch it was made for. */
export const checkSwitched = (target: Restorable, next: Site): Call => ({
  verb: 'checkSwitched',
  with: { target: target.id, to: next.place, epoch: next.epoch },
});

/** Moves users from the place in service to `next`: asked first, old place fenced first, judged by the users' own path. */
export const cutOver = (target: Restorable, next: Site): Phase => {
  const old = target.bound;
  const [from, to] = [old.place.id, next.place.id];
  const probes = target.services.map(
    (service): Step => ({
      kind: 'watch',
      id: `healthy-${service.id}`,
      says: `Probe ${service.id} as its users reach it, until ${service.greens} in a row are green`,
      after: ['switch'],
      check: { verb: 'probeService', with: { service: service.id } },
      every: service.every,
      until: '10m',
      greens: service.greens,
      onRed: 'ask',
    }),
  );
  return {
    id: 'cut-over',
    says: `Move users of ${target.id} to ${to}`,
    steps: [
      {
        kind: 'gate',
        id: 'approve-switch',
        says: `Wait for approval to move users to ${to}`,
        asks: `Stop writes at ${from} and move users of ${target.id} to ${to}, restored from set ${target.set.id}? Writes made after that set are not in it.`,
        risk: 'disruptive',
        expires: gateExpires,
      },
      {
        kind: 'do',
        id: 'fence',
        says: `Stop writes at ${from}, proven by a refused one`,
        after: ['approve-switch'],
        run: { verb: 'fencePlace', with: { site: old } },
        verify: { verb: 'checkFenced', with: { site: old } },
        undo: { verb: 'unfencePlace', with: { site: old } },
        skippable: {
          why: `two people declare ${from} lost: nothing writes there, and it is fenced before it returns`,
          risk: 'destructive',
        },
      },
      {
        kind: 'do',
        id: 'switch',
        says: `Point users at ${to}`,
        after: ['fence'],
        run: {
          verb: 'switchTarget',
          with: { target: target.id, from: old.place, to: next.place, epoch: old.epoch },
        },
        verify: checkSwitched(target, next),
        undo: {
          verb: 'switchTarget',
          with: { target: target.id, from: next.place, to: old.place, epoch: next.epoch },
        },
      },
      ...probes,
      {
        kind: 'do',
        id: 'measure-loss',
        says: 'Measure which acknowledged writes are not in the restored place',
        after: probes.length > 0 ? probes.map((probe) => probe.id) : ['switch'],
        run: { verb: 'measureLoss', with: { target: target.id, site: next, set: target.set.id, old } },
        verify: checkSwitched(target, next),
        undo: { irreversible: 'nothing to take back: this only reads' },
        profile: 'bulk',
        skippable: { why: 'users are served; the loss is then "not measured"', risk: 'safe' },
      },
    ],
  };
};
