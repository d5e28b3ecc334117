import { diffPrints, diffTexts } from '../../domain/diff-prints.ts';
import { DrError } from '../../domain/errors.ts';
import type { Fingerprint } from '../../domain/fingerprint.ts';
import type { Definitions } from '../../stores/look.ts';
import type { Answer } from '../answer.ts';
import type { Act, Options } from '../commands.ts';
import { diffRows } from '../engine/diff-rows.ts';
import { filterFor, openSide, refuseAbsent, refuseUnknown, type Side } from '../engine/diff-side.ts';
import { filterOf } from '../engine/filter-of.ts';
import { limitOf } from '../engine/limit-of.ts';
import { openWorld } from '../engine/open-world.ts';
import { sayDefinition, sayObjects, sayRowsDiff } from '../engine/say-diff.ts';
import { startWork } from '../session.ts';

type Sides = readonly [before: Side, after: Side];

const noTexts: Definitions = { writtenBy: '', texts: new Map() };

const compareAll = async (sides: Sides, options: Options): Promise<Answer> => {
  const [before, after] = sides;
  const filter = filterOf(options) ?? {};
  refuseUnknown(sides, filter.only ?? []);
  const [a, b] = [filterFor(before, filter), filterFor(after, filter)];
  if (a === null && b === null) {
    throw new DrError('no-match', 'the filter leaves no object on either side', 'take a pattern out of --except');
  }
  const [hasRows, hasTexts] = [
    sides.every(({ holds }) => holds !== 'schema'),
    sides.every(({ holds }) => holds !== 'data'),
  ];
  const printed = hasRows ? [a && (await before.print(a)), b && (await after.print(b))] : [];
  const algorithm = (printed[0] ?? printed[1])?.algorithm ?? '';
  const none: Fingerprint = { algorithm, objects: {} };
  const [old, fresh] = [printed[0] ?? none, printed[1] ?? none];
  const texts = hasTexts ? [a && (await before.definitions(a)), b && (await after.definitions(b))] : [];
  const [oldTexts, freshTexts] = [texts[0] ?? noTexts, texts[1] ?? noTexts];

  const objects = diffPrints(old, fresh);
  const unequal = objects.filter(({ what }) => what !== 'equal');
  const definitions = diffTexts(oldTexts.texts, freshTexts.texts);
  const isEqual = unequal.length + definitions.length === 0;
  const writers = [oldTexts, freshTexts].flatMap(({ writtenBy }) => (writtenBy === '' ? [] : writtenBy));
  const notes = [
    ...(old.algorithm === fresh.algorithm ? [] : ['the two were hashed in different ways: only counts are compared']),
    ...(hasRows ? [] : ['rows are not compared: one side holds definitions alone']),
    ...(hasTexts ? [] : ['definitions are not compared: one side holds rows alone']),
    ...(definitions.length > 0 && new Set(writers).size > 1
      ? [`definitions were written by ${writers.join(' and by ')}: some may differ in style alone`]
      : []),
  ];
  const equal = objects.length - unequal.length;
  return {
    json: { before: before.says, after: after.says, isEqual, equal, objects: unequal, definitions, notes },
    text: [
      `before: ${before.says}\nafter:  ${after.says}`,
      ...(unequal.length > 0 ? [sayObjects(unequal)] : []),
      `${equal} of ${objects.length} objects equal, ${definitions.length} definitions differ`,
      ...definitions.map(sayDefinition),
      ...notes.map((note) => `note: ${note}`),
    ].join('\n'),
    exit: isEqual ? 0 : 1,
  };
};

/** `dr diff <set> <set|target>`: like diff(1), 1 when they differ. */
export const diff: Act = async (session, [first = '', second = ''], options) => {
  const limit = limitOf(options);
  const world = await openWorld(session);
  using running = startWork(session);
  const { work } = running;
  await using before = await openSide(session, world, first, work, false);
  await using after = await openSide(session, world, second, work, true);
  if (before.kind !== after.kind) {
    throw new DrError(
      'bad-input',
      `${before.says} is of ${before.kind}, ${after.says} of ${after.kind}`,
      'name two of one kind',
    );
  }
  const sides = [before, after] as const;
  if (typeof options.rows !== 'string') return await compareAll(sides, options);
  refuseAbsent(sides, options.rows);
  const found = await diffRows(sides, options.rows, limit, work);
  const isEqual = found.added + found.removed + found.changed === 0;
  return {
    json: { before: before.says, after: after.says, isEqual, ...found },
    text: `before: ${before.says}\nafter:  ${after.says}\n${sayRowsDiff(found)}`,
    exit: isEqual ? 0 : 1,
  };
};
