import type { SecretRef } from '../src/domain/words.ts';

/** Shorter values are too common to be told from ordinary words. */
const shortest = 4;

const hidden = '***';

/** Resolves secrets, and takes every one of them out of what leaves the process. */
export interface Secrets {
  /** @throws DrError `missing` */
  resolve(ref: SecretRef): Promise<string>;
  /** For secrets that were put together here: connection strings of places on a server. */
  remember(secret: string): string;
  /** Text without any secret seen so far, and without the password of any URL. Of connection strings the place stays. */
  scrub(text: string): string;
  /** The same for every text in a small value. */
  scrubAll<T>(value: T): T;
}

/** What a person may read of a connection string: where it leads, and nothing of who goes there. */
const shownOf = (secret: string): string => {
  const url = URL.parse(secret);
  return url === null || url.host === '' ? hidden : `${url.protocol}//${url.host}${url.pathname}`;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const partsOf = (secret: string): [part: string, shown: string][] => {
  const { password = '', searchParams = [] } = URL.parse(secret) ?? {};
  const parameters = [...searchParams].filter(([key]) => /pass|secret|token|key/i.test(key)).map(([, value]) => value);
  const inside = [password, decoded(password), ...parameters];
  return [[secret, shownOf(secret)], ...inside.map((part): [string, string] => [part, hidden])];
};

const spellings = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
];

export const createSecrets = (resolve: (ref: SecretRef) => Promise<string>): Secrets => {
  const seen = new Map<string, string>();
  let longestFirst: readonly (readonly [string, string])[] = [];

  const remember = (secret: string): string => {
    const before = seen.size;
    for (const [part, shown] of partsOf(secret.trim())) {
      if (part.length < shortest) continue;
      for (const spelling of spellings(part)) if (!seen.has(spelling)) seen.set(spelling, shown);
    }
    if (seen.size > before) longestFirst = [...seen].sort(([a], [b]) => b.length - a.length);
    return secret;
  };

  const scrub = (text: string): string =>
    longestFirst
      .reduce((clean, [secret, shown]) => clean.replaceAll(secret, () => shown), text)
      .replaceAll(/(:\/\/[^\s:/@]*:)[^\s@]+@/g, `$1${hidden}@`);

  const scrubAll = <T>(value: T): T => {
    if (typeof value === 'string') return scrub(value) as T;
    if (Array.isArray(value)) return value.map(scrubAll) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [scrub(key), scrubAll(one)])) as T;
  };

  return { resolve: async (ref) => remember(await resolve(ref)), remember, scrub, scrubAll };
};
