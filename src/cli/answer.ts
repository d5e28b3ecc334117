/** 0 ok, 1 failed or not equal, 2 bad input, 3 refused, 4 objective missed. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** What a command found out: the same thing for a program and for a person. */
export interface Answer {
  /** One document. Durations and sizes end in their unit. */
  json: unknown;
  text: string;
  exit?: ExitCode;
}
