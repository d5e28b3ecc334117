import { builtinModules } from 'node:module';
import type { Import } from './project.ts';
import { packageJson, packageOf } from './project.ts';

/** Which part of the project a file belongs to: its folder; a file that is run by itself is a `root`. */
export const partOf = (path: string): string => {
  const [first = '', second = ''] = path.split('/');
  if (first !== 'src') return path.includes('/') ? first : 'root';
  return path.split('/').length > 2 ? second : 'root';
};

/** Parts that may import anything of the project. Nothing but each other and tests imports them. */
const free = ['root', 'cli', 'local', 'test', 'bench'];

/**
 * Who may import whom. `memory` is the database server of the memory store, as `pg` is of PostgreSQL: a driver.
 * Everything may import `domain` and its own part.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  memory: [],
  estate: [],
  runbooks: [],
  workflows: [],
  stores: ['memory'],
  providers: ['memory'],
  vault: [],
  switches: [],
  services: [],
  report: [],
  temporal: [],
  activities: ['runbooks', 'estate', 'temporal', 'stores', 'providers', 'vault', 'switches', 'services', 'report'],
};

/** Parts that run inside a workflow's sandbox or are planned there: no Node, and of npm only what is named. */
const pure: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  runbooks: [],
  workflows: ['@temporalio/workflow', '@temporalio/common'],
};

/** Parts that know Temporal. */
const temporal = ['workflows', 'activities', 'temporal', ...free];

const isTest = (part: string): boolean => part === 'test' || part === 'bench';

/** `stores/postgres` of a file below it: kinds of store do not know each other. */
const storeKindOf = (path: string): string | null => /^src\/stores\/([^/]+)\//.exec(path)?.[1] ?? null;

const whyNotFile = (from: string, to: string): string | null => {
  const [part, other] = [partOf(from), partOf(to)];
  const kind = storeKindOf(to);
  if (part === other) {
    if (part !== 'stores' || kind === null || storeKindOf(from) === null || storeKindOf(from) === kind) return null;
    return 'kinds of store do not import each other';
  }
  if (free.includes(part)) return isTest(other) && !isTest(part) ? 'nothing but tests imports tests' : null;
  if (other === 'domain') return null;
  if (free.includes(other)) return `nothing imports ${other}`;
  const legal = allowed[part];
  if (legal === undefined) return `part ${part} has no rule: add it to test/architecture/arrows.ts`;
  return legal.includes(other) ? null : `${part} does not import ${other}`;
};

const whyNotPackage = (part: string, specifier: string): string | null => {
  if (specifier.startsWith('node:')) {
    return part in pure ? `${part} has no Node built-ins` : null;
  }
  const name = packageOf(specifier);
  if (builtinModules.includes(name)) return 'built-ins are imported as node:…';
  if (!/^[@a-z]/.test(specifier)) return free.includes(part) ? null : 'what is imported has to be a fixed name';
  const legal = pure[part];
  if (legal !== undefined && !legal.includes(name))
    return `${part} imports no packages but ${legal.join(', ') || 'none'}`;
  if (name === '@temporalio/workflow' && part !== 'workflows' && !isTest(part))
    return 'only workflows is workflow code';
  if (name.startsWith('@temporalio/') && !temporal.includes(part)) return `${part} knows nothing of Temporal`;
  if (name in packageJson.dependencies) return null;
  if (!(name in packageJson.devDependencies)) return 'it is not in package.json';
  return isTest(part) || /^[^/]+\.config\.ts$/.test(part) ? null : 'it is a dependency of tests only';
};

/** Why a file may not import something, as a sentence; null when it may. */
export const whyNotImport = (from: string, { of, isRelative }: Import): string | null =>
  isRelative ? whyNotFile(from, of) : whyNotPackage(partOf(from), of);
