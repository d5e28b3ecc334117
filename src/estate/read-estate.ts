import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import canonicalize from 'canonicalize';
import { DrError } from '../domain/errors.ts';
import { checkReferences } from './check-references.ts';
import { checkOf } from './check-schema.ts';
import type { Estate, Target } from './estate.ts';
import { explainIssues } from './explain-issues.ts';
import { lintEstate } from './lint-estate.ts';
import { printPath } from './names.ts';
import type { Problem } from './parse-yaml.ts';
import { parseYaml } from './parse-yaml.ts';
import type { EstateFile } from './schema.ts';
import { estateSchema } from './schema.ts';

/** Far more than any estate; keeps a wrong file from being read for minutes. */
const mostBytes = 1_000_000;
const mostProblems = 50;

const urlWithLogin = /[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i;

/** Logins in any line, comments included: the file is read and copied by many. */
const findLogins = (text: string): Problem[] =>
  text.split('\n').flatMap((line, at) =>
    urlWithLogin.test(line)
      ? [
          {
            line: at + 1,
            path: '',
            says: 'a URL with a password stands here; keep it elsewhere and write env:NAME or file:/path',
          },
        ]
      : [],
  );

const refuse = (path: string, problems: readonly Problem[]): never => {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const lines = sorted
    .slice(0, mostProblems)
    .map(({ line, path: where, says }) => `${basename(path)}:${line}: ${where === '' ? '' : `${where}: `}${says}`);
  const rest = sorted.length > mostProblems ? [`and ${sorted.length - mostProblems} more`] : [];
  throw new DrError(
    'bad-input',
    `the estate file ${path} cannot be used:\n${[...lines, ...rest].join('\n')}`,
    'correct these lines; docs/estate.md describes every field',
    { facts: { problems: sorted.length } },
  );
};

const targetOf = (id: string, file: EstateFile['targets'][string]): Target => ({
  id,
  kind: file.kind,
  objective: { rtoSeconds: file.objective.rto, rpoSeconds: file.objective.rpo },
  primary: {
    id: `${id}/primary`,
    target: id,
    kind: file.kind,
    role: 'primary',
    provider: 'existing',
    url: file.primary,
  },
  besideServer: file.besideServer,
  scratchServer: file.scratchServer,
  backup: {
    everySeconds: file.backup.every,
    only: file.backup.only,
    except: file.backup.except,
    carry: file.backup.carry,
  },
  switches: file.switches,
  services: file.services,
  checks: file.checks.map(checkOf),
});

const mapValues = <A, B>(all: Readonly<Record<string, A>>, make: (id: string, one: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(all).map(([id, one]) => [id, make(id, one)]));

const digestOf = (file: EstateFile): string =>
  createHash('sha256')
    .update(canonicalize(file) ?? '')
    .digest('hex');

/**
 * Parses the text of an estate file. `path` names it in errors; relative paths in it start at its folder.
 * @throws DrError `bad-input` with every problem and its line; never a secret that stands in the file
 */
export const parseEstate = (text: string, path: string): Estate => {
  const parsed = parseYaml(text);
  const logins = findLogins(text);
  if (parsed.problems.length > 0) return refuse(path, [...parsed.problems, ...logins]);
  if (parsed.value === null) return refuse(path, [{ line: 1, path: '', says: 'the file is empty' }]);

  const checked = estateSchema.safeParse(parsed.value);
  const wrong = [...(checked.success ? [] : explainIssues(checked.error.issues, parsed)), ...checkReferences(parsed)];
  const known = new Set(wrong.map(({ line }) => line));
  const problems = [...wrong, ...logins.filter(({ line }) => !known.has(line))];
  if (!checked.success || problems.length > 0) return refuse(path, problems);

  const file = checked.data;
  const name = basename(path);
  return {
    name: file.name,
    digest: digestOf(file),
    folder: dirname(resolve(path)),
    region: file.region,
    vault: file.vault,
    people: file.people,
    targets: mapValues(file.targets, targetOf),
    services: mapValues(file.services, (id, { health, greens, every }) => ({ id, health, greens, everyMs: every })),
    risk: file.risk,
    warnings: lintEstate(file).map((one) => `${name}:${parsed.lineOf(one.path)}: ${printPath(one.path)}: ${one.says}`),
  };
};

/**
 * Reads `estate.yaml`.
 * @throws DrError `bad-input`: no such file, not text, too large, or every problem in it with its line
 */
export const readEstate = async (path: string): Promise<Estate> => {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new DrError(
      'bad-input',
      `cannot read the estate file ${path}: ${error.code ?? 'unknown error'}`,
      'copy estate.example.yaml to estate.yaml and describe what you cannot lose, or give the path of yours',
    );
  });
  if (bytes.length > mostBytes) {
    return refuse(path, [
      { line: 1, path: '', says: `the file has ${bytes.length} bytes, at most ${mostBytes} are read` },
    ]);
  }
  try {
    return parseEstate(new TextDecoder('utf-8', { fatal: true }).decode(bytes), path);
  } catch (error) {
    if (error instanceof TypeError) return refuse(path, [{ line: 1, path: '', says: 'the file is not UTF-8 text' }]);
    throw error;
  }
};
