import type { NewestRowCheck } from '../../../domain/checks.ts';
import { judgeAge } from '../../../domain/judge-checks.ts';
import { type Found, red } from '../../found.ts';
import type { CheckOptions } from '../../port.ts';
import type { Operation } from '../connection/session.ts';
import { readPages, whileLoaded } from '../rows/read-pages.ts';
import { fieldOf, findCollection } from './find-collection.ts';
import { keysOfPage, only } from './keys.ts';

/** A text is a time as people and servers write it; a whole number is seconds, milliseconds or microseconds since 1970. */
const timeOf = (text: string | null): number => {
  if (text === null) return Number.NaN;
  if (!/^-?\d+$/.test(text)) return Date.parse(text);
  const n = Number(text);
  if (Math.abs(n) < 1e11) return n * 1000;
  return Math.abs(n) < 1e14 ? n : n / 1000;
};

/** The newest row is new enough: Milvus has no `max`, so that every row is looked at. */
export const newestRow = async (operation: Operation, check: NewestRowCheck, { at }: CheckOptions): Promise<Found> => {
  const { expected } = judgeAge(null, at, check.withinMs);
  const collection = await findCollection(operation, check.of);
  if (collection === null) return red(expected, `there is no ${check.of}`);
  if (fieldOf(collection, check.column) === undefined && !collection.schema.enable_dynamic_field) {
    return red(expected, `there is no ${check.column}`);
  }
  let newest = Number.NEGATIVE_INFINITY;
  await whileLoaded(operation, check.of, async () => {
    for await (const page of readPages(operation, only(collection, [check.column]), null)) {
      operation.goOn();
      for (const [text = null] of keysOfPage(page, [check.column])) {
        const time = timeOf(text);
        if (time > newest) newest = time;
      }
    }
  });
  return judgeAge(Number.isFinite(newest) ? new Date(newest).toISOString() : null, at, check.withinMs);
};
