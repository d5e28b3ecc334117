import { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';
import type { SecretRef } from '../domain/words.ts';
import { printName, suggest } from './names.ts';

/** Field types of an estate file. Their errors say what is expected and never what was found, which may be a secret. */

export const id = z
  .string({ error: 'expected a name' })
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, {
    error: 'a name has lower-case letters, digits and single dashes, and starts with a letter',
  })
  .max(40, { error: 'a name has at most 40 characters' });

export const text = (what: string) => z.string({ error: `expected ${what}` }).min(1, { error: `expected ${what}` });

/** A secret by reference. Whatever else stands there may be the secret itself, and is never repeated. */
export const secret = z.custom<SecretRef>(
  (value) => typeof value === 'string' && /^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s].*)$/.test(value),
  { error: 'expected env:NAME or file:/path; a secret itself is never written here' },
);

/** Milliseconds of a duration between two others. */
export const duration = (least: string, most: string) =>
  z.string({ error: 'expected a duration like 15m, 4h or 1h30m' }).transform((value, context) => {
    const ms = parseDuration(value);
    const isFit = ms !== null && ms >= (parseDuration(least) ?? 0) && ms <= (parseDuration(most) ?? Infinity);
    if (isFit) return ms;
    context.issues.push({
      code: 'custom',
      input: value,
      message: `expected a duration like 15m, 4h or 1h30m, from ${least} to ${most}`,
    });
    return z.NEVER;
  });

/** Whole seconds of a duration. */
export const seconds = duration('1s', '3650d').transform((ms) => Math.floor(ms / 1000));

export const url = z.string({ error: 'expected an http or https address' }).refine(
  (value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username === '' && password === '';
  },
  { error: 'expected an http or https address without a login in it' },
);

/** What the design knows and this version does not have. Named, so that nobody looks for a typo. */
const comingKinds: Readonly<Record<'target' | 'vault' | 'switch' | 'check', readonly string[]>> = {
  target: ['mongodb', 'redis', 'milvus', 's3', 'minio', 'azure-blob', 'rds', 'cosmos', 'mysql', 'mariadb'],
  vault: ['minio', 'azure-blob', 'gcs', 'sftp'],
  switch: ['route53', 'dns', 'exec', 'command'],
  check: [],
};

/** Why `found` is not one of the kinds that exist. */
export const sayKind = (of: keyof typeof comingKinds, exist: readonly string[], found: unknown): string => {
  const kinds = `kinds: ${exist.join(', ')}`;
  if (typeof found !== 'string') return `expected a kind; ${kinds}`;
  if (comingKinds[of].some((one) => one === found.toLowerCase())) return `"${found}" does not exist yet; ${kinds}`;
  return `${printName(found)} is no kind of ${of}${suggest(found, exist)}; ${kinds}`;
};

/** A strict mapping. For keys it does not know, its error is the legal ones: see `explainIssues`. */
export const mapping = <T extends z.ZodRawShape>(shape: T) => {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? keys : `expected a mapping of ${keys}`),
  });
};

/** Things by name. */
export const named = <T extends z.ZodType>(what: string, of: T) =>
  z.record(id, of, { error: `expected ${what} by name` });

export const list = <T extends z.ZodType>(what: string, of: T) =>
  z.array(of, { error: `expected a list of ${what}` }).default([]);

/** For one of several shapes by `kind`: which there are. */
export const kindError =
  (of: 'vault' | 'switch' | 'check', exist: readonly string[]) =>
  ({ code, input }: { code?: string; input?: unknown }): string => {
    const isMapping = typeof input === 'object' && input !== null && !Array.isArray(input);
    if (code !== 'invalid_union' || !isMapping) return `expected a mapping with a kind; kinds: ${exist.join(', ')}`;
    return sayKind(of, exist, 'kind' in input ? input.kind : undefined);
  };
