import type { CheckRow } from './checks.ts';

/** Of the rows that are nearest, how many searches through an index found. */
export interface Recall {
  nearest: number;
  found: number;
}

/** Building an index again is a little luck: less than this is none. */
const mostLost = 0.15;

const shareOf = ({ nearest, found }: Recall): number => (nearest === 0 ? 1 : Math.min(1, found / nearest));

const sayShare = (recall: Recall): string => `${(100 * shareOf(recall)).toFixed(0)} % of the nearest rows`;

/** An index that was built again, beside what it was before: red when it finds much less. */
export const judgeRecall = (before: Recall, after: Recall): Pick<CheckRow, 'state' | 'expected' | 'found'> => ({
  state: shareOf(after) < shareOf(before) - mostLost ? 'red' : 'green',
  expected: `about ${sayShare(before)}, as before`,
  found: sayShare(after),
});
