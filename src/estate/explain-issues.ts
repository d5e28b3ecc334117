import type { z } from 'zod';
import { printName, printPath, suggest } from './names.ts';
import type { Parsed, Path, Problem } from './parse-yaml.ts';

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );

const say = (issue: z.core.$ZodIssue, value: unknown): string => {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'this is no name';
  const isMissing = valueAt(value, issue.path) === undefined && issue.code !== 'invalid_union';
  return isMissing ? `is missing: ${issue.message}` : issue.message;
};

const explain = (issue: z.core.$ZodIssue, { value, lineOf }: Parsed): Problem[] => {
  if (issue.code === 'unrecognized_keys') {
    const legal = issue.message.split(', ');
    return issue.keys.map((key) => ({
      line: lineOf([...issue.path, key]),
      path: printPath(issue.path),
      says: `${printName(key)} is no field here${suggest(key, legal)}; fields: ${issue.message}`,
    }));
  }
  // a wrong kind is reported for the whole mapping, or for the kind in it
  const path = issue.code === 'invalid_union' && issue.path.at(-1) !== 'kind' ? [...issue.path, 'kind'] : issue.path;
  return [{ line: lineOf(path), path: printPath(path), says: say(issue, value) }];
};

/** Issues of the schema as sentences with the line each belongs to. */
export const explainIssues = (issues: readonly z.core.$ZodIssue[], parsed: Parsed): Problem[] =>
  issues.flatMap((issue) => explain(issue, parsed));
