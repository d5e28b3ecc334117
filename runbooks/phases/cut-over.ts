import { formatDuration } from '../../src/domain/duration.ts';
import type { Phase, ServiceFacts, Step } from '../../src/domain/plan.ts';
import { gateExpires } from '../../src/domain/raise-risks.ts';
import { skewOf } from '../../src/domain/skew.ts';
import type { Call } from '../../src/domain/verbs.ts';
import { type Leg, targetsOf } from '../leg.ts';

/** Proof that users reach the new place, under the epoch it was made for. */
export const checkSwitched = ({ target, site }: Leg): Call => ({
  verb: 'checkSwitched',
  with: { target: target.id, to: site.place, epoch: site.epoch },
});

const approval = 'approve-switch';

const idsOf = (legs: readonly Leg[]): string => legs.map(({ target }) => target.bound.place.id).join(', ');

/** What is not stopped first, and why: whoever approves has to know. */
const unstopped = (legs: readonly Leg[]): string =>
  legs
    .filter(({ target }) => target.cannotFence !== undefined)
    .map(({ target }) => ` Writes at ${target.bound.place.id} are NOT stopped: ${target.cannotFence}.`)
    .join('');

const stops = (legs: readonly Leg[]): string => {
  const fenced = legs.filter(({ target }) => target.cannotFence === undefined);
  return fenced.length === 0 ? 'Move users' : `Stop writes at ${idsOf(fenced)} and move users`;
};

const question = (legs: readonly Leg[]): string => {
  const [only, ...others] = legs;
  const moves = legs.map(({ target, site }) => `of ${target.id} to ${site.place.id}`).join(', ');
  const sets = legs.map(({ target }) => target.set.id).join(', ');
  if (only === undefined || others.length === 0) {
    return `${stops(legs)} ${moves}, restored from set ${sets}? Writes made after that set are not in it.${unstopped(legs)}`;
  }
  const skewMs = skewOf(legs.map(({ target }) => target.set.consistency)) ?? 0;
  const skew = skewMs < 1000 ? skewMs : Math.round(skewMs / 1000) * 1000;
  return `${stops(legs)} ${moves}, restored from sets ${sets}, whose instants are ${formatDuration(skew)} apart? Writes made after those sets are not in them.${unstopped(legs)}`;
};

const gate = (legs: readonly Leg[]): Step => ({
  kind: 'gate',
  id: approval,
  says: `Wait for approval to move users to ${legs.map(({ site }) => site.place.id).join(', ')}`,
  asks: question(legs),
  risk: 'disruptive',
  expires: gateExpires,
});

const fence = ({ target, named }: Leg): Step[] => {
  const old = target.bound;
  if (target.cannotFence !== undefined) return [];
  return [
    {
      kind: 'do',
      id: named('fence'),
      says: `Stop writes at ${old.place.id}, proven by a refused one`,
      after: [approval],
      run: { verb: 'fencePlace', with: { site: old } },
      verify: { verb: 'checkFenced', with: { site: old } },
      undo: { verb: 'unfencePlace', with: { site: old } },
      skippable: {
        why: `two people declare ${old.place.id} lost: nothing writes there, and it is fenced before it returns`,
        risk: 'destructive',
      },
    },
  ];
};

const move = (leg: Leg, after: readonly string[]): Step => {
  const { target, site, named, whose } = leg;
  const old = target.bound;
  return {
    kind: 'do',
    id: named('switch'),
    says: `Point users${whose} at ${site.place.id}`,
    after,
    run: { verb: 'switchTarget', with: { target: target.id, from: old.place, to: site.place, epoch: old.epoch } },
    verify: checkSwitched(leg),
    undo: {
      verb: 'switchTarget',
      with: { target: target.id, from: site.place, to: old.place, epoch: site.epoch },
    },
  };
};

const probeId = (service: string): string => `healthy-${service}`;

/** A service is probed once, after everything it stands on has moved. */
const probes = (legs: readonly Leg[]): Step[] => {
  const services = new Map<string, ServiceFacts>(
    legs.flatMap(({ target }) => target.services.map((service) => [service.id, service] as const)),
  );
  return [...services.values()].map(
    ({ id, every, greens }): Step => ({
      kind: 'watch',
      id: probeId(id),
      says: `Probe ${id} as its users reach it, until ${greens} in a row are green`,
      after: legs
        .filter(({ target }) => target.services.some((service) => service.id === id))
        .map(({ named }) => named('switch')),
      check: { verb: 'probeService', with: { service: id } },
      every,
      until: '10m',
      greens,
      onRed: 'ask',
    }),
  );
};

const measureLoss = (leg: Leg): Step => {
  const { target, site, named, whose } = leg;
  const probed = target.services.map(({ id }) => probeId(id));
  return {
    kind: 'do',
    id: named('measure-loss'),
    says: `Measure which acknowledged writes${whose} are not in the restored place`,
    after: probed.length > 0 ? probed : [named('switch')],
    run: { verb: 'measureLoss', with: { target: target.id, site, set: target.set.id, old: target.bound } },
    verify: checkSwitched(leg),
    undo: { irreversible: 'nothing to take back: this only reads' },
    profile: 'bulk',
    skippable: { why: 'users are served; the loss is then "not measured"', risk: 'safe' },
  };
};

/**
 * Moves users from the places in service to the new ones: asked once for all, every old place that can be fenced first,
 * judged by the users' own path. Nobody is moved before the last fence holds, so that no user writes old and new at once.
 */
export const cutOver = (legs: readonly Leg[]): Phase => {
  const fences = legs.flatMap(fence);
  const stopped = fences.length > 0 ? fences.map(({ id }) => id) : [approval];
  const to = legs.length === 1 ? legs[0]?.site.place.id : 'the restored places';
  return {
    id: 'cut-over',
    says: `Move users of ${targetsOf(legs)} to ${to}`,
    steps: [gate(legs), ...fences, ...legs.map((leg) => move(leg, stopped)), ...probes(legs), ...legs.map(measureLoss)],
  };
};
