import { z } from 'zod';
import { DrError } from '../../src/domain/errors.ts';
import type { RunInput } from '../../src/domain/plan.ts';
import { modes } from '../../src/domain/words.ts';
import type { Estate } from '../../src/estate/estate.ts';
import { printName, suggest } from '../../src/estate/names.ts';

/** Clocks of people and machines differ by so much at most. */
const mostSkewMs = 120_000;

const said = z.string({ error: 'expected a text' }).trim();
const name = z.string({ error: 'expected a name' }).trim().min(1, { error: 'expected a name' });

const instant = z.iso
  .datetime({ offset: true, error: 'expected a time like 2026-01-31T14:05:00Z' })
  .transform((text) => new Date(text).toISOString());

const shape = {
  target: name.optional(),
  targets: z
    .array(name, { error: 'expected a list of names like ["orders-db"]' })
    .min(1, { error: 'expected at least one name' })
    .transform((names) => [...new Set(names)])
    .optional(),
  mode: z
    .enum(modes, { error: ({ input }) => `expected one of ${modes.join(', ')}${near(input, modes)}` })
    .default('plan'),
  set: name.default('latest'),
  at: instant.optional(),
  incident: said.max(200).optional(),
  why: said.max(1000).optional(),
  impactAt: instant.optional(),
  detectedAt: instant.optional(),
  declaredAt: instant.optional(),
  by: name.optional(),
  code: said.regex(/^\d{6}$/, { error: 'expected the six digits of an authenticator, as text' }).optional(),
};
const fields = Object.keys(shape);
const schema = z.strictObject(shape);

const near = (input: unknown, legal: readonly string[]): string =>
  typeof input === 'string' ? suggest(input, legal) : '';

/**
 * What a person typed as a run's input. Nothing at all is an empty object; an object written into a text is read.
 * @throws DrError `bad-input`, `unknown-name`: every problem at once, and what is legal
 */
export const parseInput = (raw: unknown, runbook: string, estate: Estate, now: string): RunInput => {
  const parsed = schema.safeParse(objectOf(raw, legalOf(runbook, estate)));
  if (!parsed.success) throw problems(parsed.error, legalOf(runbook, estate));
  const input = parsed.data as RunInput;
  guardNames(input, estate);
  guardTimes(input, now);
  return input;
};

const objectOf = (raw: unknown, legal: string): unknown => {
  if (raw === undefined || raw === null || raw === '') return {};
  if (typeof raw === 'string') return objectOf(parseJson(raw, legal), legal);
  if (typeof raw === 'object' && !Array.isArray(raw)) return raw;
  const found = Array.isArray(raw) ? 'a list' : `a ${typeof raw}`;
  throw new DrError('bad-input', `the input of a run is one object: expected {…}, found ${found}`, legal);
};

const parseJson = (text: string, legal: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'string') return value;
  } catch {
    // falls through to the refusal, which says more than the parser
  }
  throw new DrError('bad-input', 'the input of a run is one object: expected {…}, found a text', legal);
};

const legalOf = (runbook: string, estate: Estate): string => {
  const targets = Object.keys(estate.targets);
  const example = JSON.stringify({ target: targets[0] ?? 'orders-db', mode: 'plan' });
  return `for ${runbook} type an object like ${example}; fields: ${fields.join(', ')}; targets: ${targets.join(', ')}; modes: ${modes.join(', ')}`;
};

const problems = (error: z.ZodError, legal: string): DrError => {
  const sentences = error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `no field ${printName(key)}${near(key, fields)}`).join('; ')
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  return new DrError('bad-input', `the input of the run is not legal: ${sentences.join('; ')}`, legal);
};

const guardName = (what: string, found: string | undefined, legal: readonly string[]): void => {
  if (found === undefined || legal.includes(found)) return;
  throw new DrError(
    'unknown-name',
    `no ${what} ${printName(found)} in the estate${suggest(found, legal)}`,
    `legal: ${legal.join(', ') || 'none'}`,
  );
};

const guardNames = (input: RunInput, estate: Estate): void => {
  const legal = Object.keys(estate.targets);
  for (const target of [input.target, ...(input.targets ?? [])]) guardName('target', target, legal);
  if (input.target !== undefined && input.targets !== undefined) {
    throw new DrError('bad-input', 'both target and targets are given, and they may differ', 'give one of them');
  }
  guardName('person', input.by, Object.keys(estate.people));
};

const guardTimes = (input: RunInput, now: string): void => {
  if (input.at !== undefined && input.set !== 'latest') {
    throw new DrError('bad-input', 'both set and at are given, and they may differ', 'give one of them');
  }
  for (const field of ['impactAt', 'detectedAt', 'declaredAt'] as const) {
    const at = input[field];
    if (at === undefined || Date.parse(at) <= Date.parse(now) + mostSkewMs) continue;
    throw new DrError(
      'bad-input',
      `${field} lies in the future: ${at}, and it is ${now}`,
      'correct the time or its zone',
    );
  }
};
