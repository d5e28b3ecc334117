import { DrError } from '../domain/errors.ts';

/** Where a service says how it is, and how long it may take to. */
export interface Probed {
  /** Answers 2xx when a user would be served. */
  health: string;
  timeoutMs: number;
}

export interface Answer {
  /** 2xx, whole, and in time. */
  ok: boolean;
  ms: number;
  /** `200 OK`, `no answer within 2000 ms`: no secret in it. */
  says: string;
}

const reasonOf = (error: unknown): string => {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error as Error).name;
};

/**
 * One request through the path a user takes: a new connection each time, so that it goes where users are led now, and no
 * redirect is followed, so that a login page is not mistaken for a service. Red is an answer, not an error.
 * @throws DrError `interrupted` when the signal says stop; `bad-input` when the address is none, or carries a login
 */
export const probe = async ({ health, timeoutMs }: Probed, signal?: AbortSignal): Promise<Answer> => {
  const address = URL.parse(health);
  if (address === null || !/^https?:$/.test(address.protocol) || address.username + address.password !== '') {
    throw new DrError(
      'bad-input',
      'a health address is not plain HTTP',
      'write it as http://host:port/path, no login in it',
    );
  }
  const began = performance.now();
  const answer = (ok: boolean, says: string): Answer => ({ ok, ms: Math.round(performance.now() - began), says });
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { connection: 'close' },
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    for await (const _ of response.body ?? []);
    return answer(response.ok, `${response.status} ${response.statusText}`.trim());
  } catch (error) {
    if (signal?.aborted)
      throw new DrError('interrupted', 'the probe was told to stop', 'run it again', { cause: error });
    if (late.aborted) return answer(false, `no answer within ${timeoutMs} ms`);
    return answer(false, `no answer: ${reasonOf(error)}`);
  }
};
