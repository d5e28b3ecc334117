import { DrError } from '../../../domain/errors.ts';

/** One line of the table of contents of a `pg_dump` archive. */
export interface ArchiveEntry {
  id: number;
  /** `TABLE`, `INDEX`, `FK CONSTRAINT`, … */
  kind: string;
  section: 'none' | 'pre-data' | 'data' | 'post-data';
  schema: string;
  tag: string;
  owner: string;
  /** Ids of entries that have to come first; some may be of objects that are not in the archive. */
  after: readonly number[];
  /** The SQL of rights, policies and user mappings, for the roles they name; empty for all others. */
  definition: string;
  /** Object id in the database the archive was taken from, 0 for what has none of its own. */
  oid: number;
}

const namesRoles = new Set(['ACL', 'DEFAULT ACL', 'POLICY', 'USER MAPPING']);

const sections = ['none', 'none', 'pre-data', 'data', 'post-data'] as const;

/** Archive formats 1.12 (PostgreSQL 9.0) to 1.16 (PostgreSQL 17 and 18). */
const isKnown = (major: number, minor: number): boolean => major === 1 && minor >= 12 && minor <= 16;

/** Where a text lies in the archive, its length in front of it included. */
interface Span {
  from: number;
  to: number;
  text: string | null;
}

/** What can be changed of an entry without changing what pg_restore makes of the others. */
interface Changeable {
  definition: Span;
  tablespace: Span;
}

/**
 * Reads the table of contents of a custom-format archive, for what `pg_restore --list` does not print: which entry needs
 * which. Only ids leave it: the SQL of an entry is always written by `pg_restore`.
 * Format: `ReadHead` and `ReadToc` of PostgreSQL's src/bin/pg_dump/pg_backup_archiver.c.
 */
const read = (archive: Buffer): { intBytes: number; entries: (Omit<ArchiveEntry, 'definition'> & Changeable)[] } => {
  let at = 0;
  const take = (bytes: number): Buffer => {
    if (at + bytes > archive.length) {
      throw new DrError('damaged', 'the schema archive ends too early', 'restore another set');
    }
    at += bytes;
    return archive.subarray(at - bytes, at);
  };
  const byte = (): number => take(1).readUInt8();
  if (take(5).toString('latin1') !== 'PGDMP') {
    throw new DrError('damaged', 'the schema stream is not a pg_dump archive', 'restore another set');
  }
  const [major, minor] = [byte(), byte(), byte()] as const;
  if (!isKnown(major, minor)) {
    throw new DrError(
      'not-supported',
      `pg_dump wrote archive format ${major}.${minor}, known are 1.12 to 1.16`,
      'point DR_PG_BIN at the programs of an earlier PostgreSQL that is not older than the server',
    );
  }
  const intBytes = byte();
  const offsetBytes = byte();
  byte();
  const int = (): number => {
    const sign = byte();
    const magnitude = take(intBytes).readUIntLE(0, intBytes);
    return sign === 0 ? magnitude : -magnitude;
  };
  const span = (): Span => {
    const from = at;
    const bytes = int();
    const text = bytes < 0 ? null : take(bytes).toString();
    return { from, to: at, text };
  };
  const text = (): string | null => span().text;
  const skipTexts = (count: number): void => {
    for (let n = 0; n < count; n += 1) text();
  };

  if (minor >= 15) byte();
  else int();
  for (let n = 0; n < 7; n += 1) int();
  skipTexts(3);

  const entry = (): Omit<ArchiveEntry, 'definition'> & Changeable => {
    const id = int();
    int();
    text();
    const oid = Number(text());
    const tag = text() ?? '';
    const kind = text() ?? '';
    const section = sections[int()] ?? 'none';
    const definition = span();
    skipTexts(2);
    const schema = text() ?? '';
    const tablespace = span();
    if (minor >= 14) text();
    if (minor >= 16) int();
    const owner = text() ?? '';
    text();
    const after: number[] = [];
    for (let next = text(); next !== null; next = text()) after.push(Number(next));
    take(1 + offsetBytes);
    return { id, kind, section, schema, tag, owner, after, oid, definition, tablespace };
  };
  return { intBytes, entries: Array.from({ length: int() }, entry) };
};

/** The table of contents. @throws DrError `damaged` (no such archive), `not-supported` (a format this reader does not know) */
export const readContents = (archive: Buffer): ArchiveEntry[] =>
  read(archive).entries.map(({ definition, tablespace: _, ...entry }) => ({
    ...entry,
    definition: namesRoles.has(entry.kind) ? (definition.text ?? '') : '',
  }));

/** An entry with the SQL that makes it, whatever its kind. `tablespace` is '' for the default one. */
export interface FullEntry extends ArchiveEntry {
  tablespace: string;
}

/**
 * The archive with other definitions and tablespaces: `change` answers with those of an entry that change. It must hold no
 * rows, whose places in the file are in it as numbers.
 * @throws DrError `damaged`, `not-supported`
 */
export const changeEntries = (
  archive: Buffer,
  change: (entry: FullEntry) => Partial<Pick<FullEntry, 'definition' | 'tablespace'>>,
): Buffer => {
  const { intBytes, entries } = read(archive);
  const pieces: Buffer[] = [];
  let at = 0;
  const replace = ({ from, to, text }: Span, by: string | undefined): void => {
    if (by === undefined || by === (text ?? '')) return;
    const bytes = Buffer.from(by);
    const length = Buffer.alloc(1 + intBytes);
    length.writeUIntLE(bytes.length, 1, intBytes);
    pieces.push(archive.subarray(at, from), length, bytes);
    at = to;
  };
  for (const { definition, tablespace, ...entry } of entries) {
    const changed = change({ ...entry, definition: definition.text ?? '', tablespace: tablespace.text ?? '' });
    replace(definition, changed.definition);
    replace(tablespace, changed.tablespace);
  }
  return pieces.length === 0 ? archive : Buffer.concat([...pieces, archive.subarray(at)]);
};
