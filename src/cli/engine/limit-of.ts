import { DrError } from '../../domain/errors.ts';
import type { Options } from '../commands.ts';

const usual = 100;
/** What still fits into memory and on a screen. */
const most = 10_000;

/** How many rows are shown. @throws DrError `bad-input` */
export const limitOf = ({ limit = String(usual) }: Options): number => {
  const number = Number(limit);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new DrError('bad-input', `--limit ${limit} is no number of rows`, `legal: 1 to ${most}, else ${usual}`);
};
