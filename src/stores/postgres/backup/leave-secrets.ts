import { changeEntries } from './archive.ts';

/** Options of foreign servers and user mappings whose value opens a door. Wrappers choose the names. */
const isSecret = (name: string): boolean =>
  /pass(word|phrase|wd)?$|secret|token|credential|api_?key|private_?key/i.test(name);

/** `name 'value'` as pg_dump writes options: a name is quoted where it must be, a value is a literal, `E''` where it holds a backslash. */
const option = /^ {4}("(?:[^"]|"")+"|[a-z_0-9]+) (E'(?:[^'\\]|''|\\\\)*'|'(?:[^']|'')*'),?$/gm;

const optionsOf = (sql: string): { name: string; line: string }[] =>
  [...sql.matchAll(option)].map(([line, name]) => ({
    name: name!.replace(/^"|"$/g, ''),
    line: line.replace(/,$/, ''),
  }));

/** A definition with `OPTIONS (…)`, one on each line, without those that are secrets. */
const withoutOptions = (sql: string): { sql: string; names: string[] } => {
  const options = optionsOf(sql);
  const secrets = options.filter(({ name }) => isSecret(name));
  if (secrets.length === 0) return { sql, names: [] };
  const head = sql.slice(0, sql.indexOf(' OPTIONS (\n'));
  const kept = options.filter((one) => !secrets.includes(one)).map(({ line }) => line);
  return {
    sql: kept.length === 0 ? `${head};\n` : `${head} OPTIONS (\n${kept.join(',\n')}\n);\n`,
    names: secrets.map(({ name }) => name),
  };
};

/** `password=…` of a connection string, in the form of words and in that of a URL, inside an SQL literal. */
const withoutPassword = (sql: string): { sql: string; names: string[] } => {
  const kept = sql
    .replace(/ ?\b(ssl)?password\s*=\s*(?:''(?:[^'\\]|\\+''|\\)*''|[^\s']+)/g, '')
    .replace(/(postgres(?:ql)?:\/\/[^\s'/@:]*):[^\s'/@]*@/g, '$1@');
  return { sql: kept, names: kept === sql ? [] : ['password'] };
};

/** A copy that names the slot of the original would take its changes, and to drop it would drop the slot. */
const withoutSlot = (sql: string): string => sql.replace(/\bslot_name = (?:'(?:[^']|'')*')/, 'slot_name = NONE');

/**
 * The archive without what lets one into other servers: passwords and keys of user mappings, foreign servers and
 * subscriptions, and slots of the latter. A set is encrypted, but what is made of it (an export, a copy for developers) is not.
 * @returns what was left out, as sentences
 */
export const leaveSecrets = (archive: Buffer): { archive: Buffer; leftOut: string[] } => {
  const left: string[] = [];
  const changed = changeEntries(archive, ({ kind, tag, definition }) => {
    const clean =
      kind === 'USER MAPPING' || kind === 'SERVER'
        ? withoutOptions(definition)
        : kind === 'SUBSCRIPTION'
          ? withoutPassword(definition)
          : { sql: definition, names: [] };
    if (kind === 'SUBSCRIPTION') clean.sql = withoutSlot(clean.sql);
    if (clean.sql === definition) return {};
    if (clean.names.length > 0)
      left.push(
        `${clean.names.join(', ')} of ${kind === 'USER MAPPING' ? 'the' : kind.toLowerCase()} ${tag.replace(/^USER MAPPING/, 'user mapping')}`,
      );
    return { definition: clean.sql };
  });
  if (left.length === 0) return { archive: changed, leftOut: [] };
  return {
    archive: changed,
    leftOut: [`secrets that open other servers, to be set again after a restore: ${left.join('; ')}`],
  };
};
