import type { SecretRef } from '../src/domain/words.ts';

/** Shorter values are too common to be told from ordinary words. */
const shortest = 4;

/** Resolves secrets, and takes every one of them out of what leaves the process. */
export interface Secrets {
  /** @throws DrError `missing` */
  resolve(ref: SecretRef): Promise<string>;
  /** For secrets that were put together here: connection strings of places on a server. */
  remember(secret: string): string;
  /** Text without any secret seen so far, and without the password of any URL. */
  scrub(text: string): string;
  /** The same for every text in a small value. */
  scrubAll<T>(value: T): T;
}

const passwordOf = (secret: string): string[] => {
  if (!URL.canParse(secret)) return [];
  const { password } = new URL(secret);
  return [password, decodeURIComponent(password)];
};

const spellings = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
];

export const createSecrets = (resolve: (ref: SecretRef) => Promise<string>): Secrets => {
  const seen = new Set<string>();
  let longestFirst: readonly string[] = [];

  const remember = (secret: string): string => {
    const before = seen.size;
    for (const part of [secret, ...passwordOf(secret)].map((one) => one.trim()).filter((one) => one.length >= shortest))
      for (const spelling of spellings(part)) seen.add(spelling);
    if (seen.size > before) longestFirst = [...seen].sort((a, b) => b.length - a.length);
    return secret;
  };

  const scrub = (text: string): string =>
    longestFirst
      .reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
      .replaceAll(/(:\/\/[^\s:/@]*:)[^\s@]+@/g, '$1***@');

  const scrubAll = <T>(value: T): T => {
    if (typeof value === 'string') return scrub(value) as T;
    if (Array.isArray(value)) return value.map(scrubAll) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [scrub(key), scrubAll(one)])) as T;
  };

  return { resolve: async (ref) => remember(await resolve(ref)), remember, scrub, scrubAll };
};
