import type { Row } from './rows.ts';
import type { Round } from './scenes.ts';

/** A row as it was measured. `ratio` is the median of the ratios of the rounds. */
export interface Result {
  name: string;
  work: string;
  peer: string;
  ratio: number;
  bound: number;
  /** Every copy was compared with its source; one that differs ends the bench before there is a result. */
  equal: boolean;
  /** One pair for each round. */
  samples: readonly { work: number; peer: number }[];
}

/** Of an even count, the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

const rounded = (value: number): number => Number(value.toPrecision(4));

export const resultOf = ({ name, work, peer, bound, of, to }: Row, rounds: readonly Round[]): Result => ({
  name,
  work,
  peer,
  ratio: rounded(median(rounds.map((round) => of(round) / to(round)))),
  bound,
  equal: true,
  samples: rounds.map((round) => ({ work: rounded(of(round)), peer: rounded(to(round)) })),
});
