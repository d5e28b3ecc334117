import type { MessageName } from '../domain/message.ts';
import type { Answer } from './answer.ts';
import type { Session } from './session.ts';

/** Options as commander parsed them; a command reads those it declares. */
export type Options = Readonly<Record<string, string | boolean | string[] | undefined>> & {
  estate?: string;
  yes?: boolean;
};

export type Act = (session: Session, args: readonly string[], options: Options) => Promise<Answer>;

interface Command {
  /** Name and arguments: `restore <set>`. */
  usage: string;
  says: string;
  options?: readonly (readonly [flags: string, says: string])[];
  load: () => Promise<Act>;
}

const yes = ['--yes', 'do not ask for the name of the target'] as const;
const only = [
  '--only <object...>',
  'only these objects: schema.table, schema.*; * matches any run of characters',
] as const;
const except = ['--except <object...>', 'all but these objects'] as const;
const schemaOnly = ['--schema-only', 'definitions without rows'] as const;
const dataOnly = ['--data-only', 'rows without definitions'] as const;
const allowMissingKeys = [
  '--allow-missing-keys',
  'go on without foreign keys to what is not selected; each is named',
] as const;
const code = ['--code <digits>', 'your one-time code: proves who you are'] as const;
const why = ['--why <text>', 'the reason, kept with the run'] as const;
const step = ['--step <id>', 'which step, when several wait'] as const;
const limit = ['--limit <n>', 'rows shown at most (default: 100)'] as const;
const gate = ['--gate <id>', 'which gate, when several wait'] as const;

const input = [
  ['--target <name>', 'the target'],
  ['--targets <name...>', 'several of them, for runbooks about the estate'],
  ['--set <id>', 'the backup set (default: latest)'],
  ['--at <time>', 'the newest set at or before this time'],
  ['--incident <id>', 'the incident it belongs to'],
  why,
  ['--impact-at <time>', 'when users were first hurt'],
  ['--detected-at <time>', 'when it was noticed'],
  ['--declared-at <time>', 'when it was declared a disaster'],
  ['--by <person>', 'who starts it'],
  code,
] as const;
const detach = ['--detach', 'start the run and do not wait for its end'] as const;

const message = (name: MessageName) => async (): Promise<Act> => (await import('./commands/send.ts')).send(name);

/** Every command there is. What one does is loaded when it is asked for. */
export const commands: readonly Command[] = [
  {
    usage: 'snapshot [target]',
    says: 'back a target up into one new set, or all of them',
    options: [
      ['--all', 'every target: those whose rows name rows of another first'],
      only,
      except,
      schemaOnly,
      dataOnly,
      allowMissingKeys,
    ],
    load: async () => (await import('./commands/snapshot.ts')).snapshot,
  },
  {
    usage: 'sets [target]',
    says: 'list the backup sets of a target, or of all',
    load: async () => (await import('./commands/sets.ts')).sets,
  },
  {
    usage: 'verify <set>',
    says: 'read, authenticate and hash every chunk of a set',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    usage: 'fingerprint <target>',
    says: 'count and hash every object of a target where it is in service',
    options: [only, except],
    load: async () => (await import('./commands/fingerprint.ts')).fingerprint,
  },
  {
    usage: 'restore <set>',
    says: 'restore a set, or part of it, and prove it equal; run again, it goes on where it stopped',
    options: [
      ['--to <place>', 'primary, beside, scratch, or env:NAME or file:/path of a connection string'],
      only,
      except,
      schemaOnly,
      dataOnly,
      ['--into-existing', 'the place may hold other things; rows are added to what tables hold'],
      ['--owner <old=new...>', 'give what one role owned, and its rights, to another'],
      ['--no-owner', 'give everything to the login that restores'],
      ['--no-privileges', 'leave rights of others out'],
      ['--make-roles', 'make the roles that the server lacks, without passwords'],
      ['--role-passwords', 'make them with the passwords they had'],
      allowMissingKeys,
      ['--run <id>', 'who restores (default: derived from set, place and selection)'],
      yes,
    ],
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  {
    usage: 'export <set>',
    says: 'write a set as a file that psql or pg_restore loads',
    options: [
      ['--format <format>', 'plain (default): SQL for psql; custom: an archive for pg_restore; json: rows of Milvus'],
      ['--out <file>', 'where to; else standard output'],
      ['--force', 'replace the file'],
      ['--schema-only', 'definitions without rows; mostly needs no server'],
      only,
      except,
    ],
    load: async () => (await import('./commands/export.ts')).exportSet,
  },
  {
    usage: 'import <file>',
    says: 'make a set of what export --format json wrote; it is never the latest of its target',
    options: [['--target <name>', 'the target that the set is to be of']],
    load: async () => (await import('./commands/import.ts')).importSet,
  },
  {
    usage: 'peek <set> [query]',
    says: 'ask a set one SELECT without restoring it; without a query, list what it holds',
    options: [limit],
    load: async () => (await import('./commands/peek.ts')).peek,
  },
  {
    usage: 'diff <set> <other>',
    says: 'compare a set with another one, or with a target as it is now',
    options: [only, except, ['--rows <table>', 'which rows of this table differ, by primary key'], limit],
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    usage: 'check <place>',
    says: 'run the checks of the estate on a target, or on one of its places',
    options: [
      ['--at <reference>', 'another copy of the target: env:NAME or file:/path of its connection string'],
      ['--set <set>', 'what it was restored from: newest rows are held against its instant, not against now'],
      ['--integrity', 'read every page and index entry too, asked for in the estate or not'],
    ],
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    usage: 'doctor',
    says: 'say what this machine, the vault and the targets lack',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    usage: 'up',
    says: 'start a local estate: Temporal with its UI, PostgreSQL, MinIO',
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    usage: 'down',
    says: 'end the local estate and remove its data',
    load: async () => (await import('./commands/down.ts')).down,
  },
  {
    usage: 'plan <runbook>',
    says: 'show every effect a runbook would have; changes nothing',
    options: input,
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    usage: 'run <runbook>',
    says: 'start a runbook and wait for its end',
    options: [['--mode <mode>', 'plan (default), drill or live'], ...input, detach, yes],
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    usage: 'drill',
    says: 'rehearse the restore of a target on a scratch place, measured',
    options: [...input, detach],
    load: async () => (await import('./commands/drill.ts')).drill,
  },
  {
    usage: 'status [run]',
    says: 'what a run does, who must act next and what to type; without a run, the newest runs',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    usage: 'report <run>',
    says: 'the report of a run that ended',
    options: [['--html <file>', 'write the report as a page for a browser into this new file']],
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    usage: 'approve <run>',
    says: 'open the gate that waits',
    options: [
      code,
      gate,
      ['--plan <digest>', 'the plan you looked at: its first 12 digits'],
      ['--break-glass', 'open it without proof; loud, and needs --by and --why'],
      ['--by <person>', 'who breaks the glass'],
      why,
    ],
    load: message('approve'),
  },
  {
    usage: 'deny <run>',
    says: 'close the gate that waits, and abort',
    options: [code, gate, why],
    load: message('deny'),
  },
  {
    usage: 'hold <run>',
    says: 'stop before the next step; the clocks keep running',
    options: [why],
    load: message('hold'),
  },
  { usage: 'resume <run>', says: 'go on after a hold', load: message('resume') },
  { usage: 'retry <run>', says: 'try the failed step again', options: [step], load: message('retryStep') },
  {
    usage: 'skip <run>',
    says: 'go on without the failed step, where that is safe',
    options: [why, code, step],
    load: message('skipStep'),
  },
  { usage: 'abort <run>', says: 'undo what can be undone, and stop', options: [why], load: message('abort') },
  { usage: 'note <run> <text...>', says: 'keep a sentence with the run', load: message('note') },
];
