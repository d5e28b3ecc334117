import type { Filter, Source } from '../../../domain/data.ts';
import type { Definitions } from '../../look.ts';
import type { Work } from '../../port.ts';
import { dumpSchema, surroundingsOf } from '../backup/dump-schema.ts';
import { entriesOf } from '../backup/entries.ts';
import { readTables } from '../catalog/tables.ts';
import { inView } from '../catalog/view.ts';
import type { Session } from '../connection/session.ts';
import type { EntryMeta, PostgresMeta } from '../meta.ts';
import { selectPositions } from '../selection/selection.ts';
import { restoreText } from './restore-text.ts';

const header = /^--\n-- Name: (.*); Type: ([A-Z][A-Za-z ]*); Schema: (.*); Owner: .*\n--\n/gm;
const ending = /\n--\n-- PostgreSQL database dump complete\n--\n[\s\S]*$/;
/** Written before an entry when it differs from the one before: of the order of entries, not of an entry. */
const between = /(?:\nSET (?:default_tablespace|default_table_access_method) = .*;\n*)+$/;

const onOneLine = (text: string): string => text.replace(/[\r\n]/g, ' ');
const headOf = (tag: string, kind: string, schema: string): string => JSON.stringify([tag, kind, schema]);

/**
 * Cuts what `pg_restore` wrote into the texts of its entries. A header inside of a text (a function that holds a dump) is
 * taken for one only while an entry of that name is still to come.
 */
export const cutScript = (
  script: string,
  entries: readonly Pick<EntryMeta, 'kind' | 'schema' | 'tag'>[],
): Map<string, string> => {
  const expected = new Map<string, string[]>();
  for (const { tag, kind, schema } of entries) {
    const head = headOf(onOneLine(tag), kind, onOneLine(schema) || '-');
    const name = `${kind} ${schema === '' ? '' : `${schema}.`}${tag}`;
    expected.set(head, [...(expected.get(head) ?? []), name]);
  }
  const texts = new Map<string, string>();
  let current: { name: string; from: number } | null = null;
  const close = (to: number): void => {
    if (current === null) return;
    const text = script.slice(current.from, to).replace(ending, '').replace(between, '').trim();
    const before = texts.get(current.name);
    texts.set(current.name, before === undefined ? text : `${before}\n\n${text}`);
  };
  for (const match of script.matchAll(header)) {
    const [whole, tag = '', kind = '', schema = ''] = match;
    const name = expected.get(headOf(tag, kind, schema))?.shift();
    if (name === undefined) continue;
    close(match.index);
    current = { name, from: match.index + whole.length };
  }
  close(script.length);
  return texts;
};

/** Everything, or what has to do with a selected table. Large objects are data. */
const concerned = (entries: readonly EntryMeta[], wanted: ReadonlySet<number> | null): EntryMeta[] => {
  const data = new Set(entries.flatMap(({ id, kind }) => (kind.startsWith('BLOB') ? id : [])));
  return entries.filter(
    (entry) => !data.has(entry.with) && (wanted === null || entry.needs.some((need) => wanted.has(need))),
  );
};

const isEmpty = ({ only = [], except = [] }: Filter): boolean => only.length + except.length === 0;

const readTexts = async (
  archive: AsyncIterable<Uint8Array>,
  entries: readonly EntryMeta[],
  dumpMajor: number,
  signal: AbortSignal,
): Promise<Map<string, string>> => {
  const pieces = await Array.fromAsync(restoreText(archive, entries, dumpMajor, signal));
  return cutScript(Buffer.concat(pieces).toString(), entries);
};

/** Definitions that a set holds. @throws DrError `no-match`, `missing`, `interrupted` */
export const definitionsOfSet = async (
  meta: PostgresMeta,
  from: Source,
  filter: Filter,
  { signal }: Work,
): Promise<Definitions> => {
  const wanted = isEmpty(filter) ? null : selectPositions(meta.tables, filter);
  const entries = concerned(meta.entries, wanted);
  return {
    writtenBy: `pg_dump ${meta.dumpMajor} from ${meta.server.version}`,
    texts: await readTexts(from.read('schema'), entries, meta.dumpMajor, signal),
  };
};

const once = async function* (bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
};

/** Definitions of a place as it is now. Reads only. */
export const definitionsOfPlace = (session: Session, filter: Filter): Promise<Definitions> =>
  inView(session, 'reading definitions', async (view) => {
    const tables = await readTables(view.client, view.relations, session.server.blockBytes);
    const wanted = isEmpty(filter) ? null : selectPositions(tables, filter);
    const { archive, contents, major } = await dumpSchema(session, view);
    const { entries } = entriesOf(contents, await surroundingsOf(view.client, tables));
    return {
      writtenBy: `pg_dump ${major} from ${session.server.version}`,
      texts: await readTexts(once(archive), concerned(entries, wanted), major, view.signal),
    };
  });
