import { boundOf } from '../../../activities/guard.ts';
import { kindOf } from '../../../activities/kind-of.ts';
import { metaOf } from '../../../activities/set.ts';
import { openSite } from '../../../activities/site.ts';
import type { World } from '../../../activities/world.ts';
import type { Filter, Parts } from '../../domain/data.ts';
import { DrError, isDrError } from '../../domain/errors.ts';
import { selectNames } from '../../domain/filter.ts';
import type { Fingerprint } from '../../domain/fingerprint.ts';
import type { StoreKind, TargetId } from '../../domain/words.ts';
import { suggest } from '../../estate/names.ts';
import type { Definitions, PlaceLook } from '../../stores/look.ts';
import type { Work } from '../../stores/port.ts';
import type { SetReader } from '../../vault/port.ts';
import type { Session } from '../session.ts';
import { findSet } from './find-set.ts';
import { knownTarget } from './known-target.ts';
import { openJob } from './open-job.ts';
import { inScratch, noLook } from './scratch.ts';

/** One of the two things that are compared. */
export interface Side {
  says: string;
  kind: StoreKind;
  holds: Parts;
  /** Names that a filter may use. */
  names: readonly string[];
  print(filter: Filter): Promise<Fingerprint>;
  /** Null for kinds of store that keep none. */
  definitions(filter: Filter): Promise<Definitions | null>;
  /** Lends a place that holds the table: the place itself, or a scratch one with that table of the set. */
  withTable<T>(object: string, body: (look: PlaceLook<unknown>) => Promise<T>): Promise<T>;
}

const setSide = async (session: Session, world: World, set: SetReader, work: Work): Promise<Side> => {
  const { manifest } = set;
  const { kind, target, fingerprint } = manifest;
  const { look } = kindOf(world, kind);
  const reader = await world.vault.open(target, manifest.set, work);
  const meta = await metaOf(reader);
  const held = look?.contents(meta, {}).filter((one) => one.kind !== 'sequence');
  const names = held?.map(({ object }) => object) ?? Object.keys(fingerprint.objects);
  return {
    says: `set ${manifest.set} of ${target}`,
    kind,
    holds: look?.holds(meta) ?? 'all',
    names,
    print: async (filter) => {
      const kept = new Set(look?.contents(meta, filter).map(({ object }) => object) ?? selectNames(names, filter));
      const objects = Object.fromEntries(Object.entries(fingerprint.objects).filter(([name]) => kept.has(name)));
      return { ...fingerprint, objects };
    },
    definitions: async (filter) => (await look?.definitions(meta, reader, filter, work)) ?? null,
    withTable: (object, body) => {
      const selection = { only: [object], keys: 'leave-out' } as const;
      return inScratch(
        session,
        world,
        work,
        { purpose: 'diff', set, selection },
        async ({ look, by, meta, reader }) => {
          await look.load(by, meta, reader, object);
          return body(look);
        },
      );
    },
  };
};

const placeSide = async (world: World, target: TargetId, work: Work): Promise<Side & AsyncDisposable> => {
  const site = await boundOf(world, target);
  const open = await openSite(openJob(world, `diff/${target}`, work), site);
  const { look } = open.place.can;
  return {
    says: `${site.place.id} as it is now`,
    kind: site.place.kind,
    holds: 'all',
    names: (await look?.objects()) ?? open.inspection.objects.map(({ name }) => name),
    print: (filter) => open.place.fingerprint(filter),
    definitions: async (filter) => (await look?.definitions(filter)) ?? null,
    withTable: async (_, body) => {
      if (look === undefined) throw noLook(site.place.kind);
      return body(look);
    },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
};

const isSetName = (name: string): boolean => name.includes('/') || /^\d{8}T/.test(name);

/** What a person means by `<set>` or, where a place may stand, by `<target>`: where it is in service. */
export const openSide = async (
  session: Session,
  world: World,
  name: string,
  work: Work,
  isPlaceLegal: boolean,
): Promise<Side & AsyncDisposable> => {
  if (isPlaceLegal && !isSetName(name)) return placeSide(world, knownTarget(world.estate, name).id, work);
  const side = await setSide(session, world, await findSet(world, name), work);
  return { ...side, [Symbol.asyncDispose]: async () => {} };
};

const matches = (names: readonly string[], pattern: string): boolean => {
  try {
    return selectNames(names, { only: [pattern] }).length > 0;
  } catch {
    return false;
  }
};

/** A name that neither side has. @throws DrError `unknown-name` with the one that is near */
export const refuseUnknown = (sides: readonly Side[], patterns: readonly string[]): void => {
  const names = [...new Set(sides.flatMap((side) => side.names))].sort();
  for (const pattern of patterns) {
    if (matches(names, pattern)) continue;
    const some = `${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
    throw new DrError(
      'unknown-name',
      `no object ${JSON.stringify(pattern)} on either side${suggest(pattern, names)}`,
      `there is ${some || 'nothing'}; \`*\` matches any run of characters`,
    );
  }
};

/** @throws DrError `unknown-name` when not both sides have the table */
export const refuseAbsent = (sides: readonly Side[], table: string): void => {
  const without = sides.filter(({ names }) => !names.includes(table));
  const names = [...new Set(sides.flatMap((side) => side.names))].sort();
  if (without.length === 0) return;
  throw new DrError(
    'unknown-name',
    `there is no table ${JSON.stringify(table)} in ${without.map(({ says }) => says).join(', nor in ')}${suggest(table, names)}`,
    'dr diff without --rows says what there is on both sides',
  );
};

/** What the filter means for one side: what is only on the other is not missed. Null: nothing of this side. */
export const filterFor = ({ names }: Side, { only = [], except = [] }: Filter): Filter | null => {
  const known = only.filter((pattern) => matches(names, pattern));
  if (only.length > 0 && known.length === 0) return null;
  const filter = { only: known, except };
  if (known.length + except.length === 0) return {};
  try {
    selectNames(names, filter);
    return filter;
  } catch (error) {
    if (isDrError(error) && error.kind === 'no-match') return null;
    throw error;
  }
};
