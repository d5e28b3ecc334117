import type { Evidence } from './verbs.ts';

/** Every way this product fails, by name. The name is stable: reports, tests and exit codes use it. */
export const errorKinds = {
  // bad input: exit 2
  'bad-input': 'permanent',
  'unknown-name': 'permanent',
  'not-supported': 'permanent',
  'no-match': 'permanent',
  // refused by a guard: exit 3
  refused: 'permanent',
  locked: 'permanent',
  'stale-epoch': 'permanent',
  'wrong-mark': 'permanent',
  'wrong-estate': 'permanent',
  'not-empty': 'permanent',
  'not-proven': 'permanent',
  'already-exists': 'permanent',
  // the data is not what it should be: exit 1
  'not-equal': 'permanent',
  damaged: 'permanent',
  missing: 'permanent',
  'wrong-key': 'permanent',
  'rolled-back': 'permanent',
  'too-old': 'permanent',
  // the world got in the way: exit 1
  'no-permission': 'permanent',
  'no-space': 'retryable',
  unreachable: 'retryable',
  interrupted: 'retryable',
  busy: 'retryable',
  unexpected: 'retryable',
} as const satisfies Record<string, 'permanent' | 'retryable'>;

export type ErrorKind = keyof typeof errorKinds;

/** A cause that is safe to print: small, and never a secret or a row. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The one error type. The message says what, where, expected and found, in lower case; `hint` says what to do next.
 * `retryable` means the same call may succeed later without anyone changing anything.
 */
export class DrError extends Error {
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly facts: ErrorFacts;
  readonly evidence: Evidence;

  constructor(
    kind: ErrorKind,
    message: string,
    hint: string,
    more: { facts?: ErrorFacts; evidence?: Evidence; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'DrError';
    this.kind = kind;
    this.hint = hint;
    this.facts = more.facts ?? {};
    this.evidence = more.evidence ?? {};
  }

  get isPermanent(): boolean {
    return errorKinds[this.kind] === 'permanent';
  }
}

export const isDrError = (error: unknown): error is DrError => error instanceof DrError;

/** Message and hint as people read them. */
export const describeError = (error: unknown): string => {
  if (isDrError(error)) return `${error.message}\nhint: ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
};

const exitCodes = new Map<ErrorKind, number>([
  ...(['bad-input', 'unknown-name', 'not-supported', 'no-match'] as const).map((kind) => [kind, 2] as const),
  ...(
    [
      'refused',
      'locked',
      'stale-epoch',
      'wrong-mark',
      'wrong-estate',
      'not-empty',
      'not-proven',
      'already-exists',
    ] as const
  ).map((kind) => [kind, 3] as const),
]);

/** 1 failed or not equal, 2 bad input, 3 refused. (0 is ok; 4, objective missed, is a verdict and not an error.) */
export const exitCodeOf = (error: unknown): 1 | 2 | 3 =>
  isDrError(error) ? ((exitCodes.get(error.kind) ?? 1) as 1 | 2 | 3) : 1;
