import type { Source } from '../../../domain/data.ts';
import type { Peeked, Question } from '../../look.ts';
import type { Writer } from '../../port.ts';
import type { Session } from '../connection/session.ts';
import type { PostgresMeta } from '../meta.ts';
import { type Answered, askQuery, explainQuery, trimQuery } from './ask.ts';
import { behindViews, keyOf, type RelationName } from './find-relations.ts';
import { applyUnits, loadTables, makeMore, type SetInPlace } from './load-set.ts';

/** Where the database looks for names that have no schema. */
const searchPathOf = ({ settings }: PostgresMeta): string =>
  settings.find(({ role, name }) => role === null && name === 'search_path')?.value ?? '"$user", public';

/** Views that need a primary key are empty shells until then: pg_dump makes them whole by a rule. */
const makeLateViews = async (set: SetInPlace): Promise<void> => {
  const { entries } = set.meta;
  const rules = entries.filter(({ kind, tag }) => kind === 'RULE' && tag.endsWith(' _RETURN'));
  if (rules.length === 0) return;
  await makeMore(set, [...entries.filter(({ kind }) => kind === 'CONSTRAINT'), ...rules]);
};

/** What the session's connection is for: a question and what has been loaded to answer it. */
const openQuestion = (set: SetInPlace) => {
  const { meta, session } = set;
  const positions = new Map(meta.tables.map((table, position) => [keyOf(table), position]));
  const loaded = new Set<number>();
  const refreshed = new Set<string>();
  let bytes = 0;

  const load = async (wanted: Iterable<number>): Promise<boolean> => {
    const holdsRows = (position: number): boolean => meta.tables[position]!.kind !== 'partitioned';
    const fresh = new Set([...wanted].filter((position) => holdsRows(position) && !loaded.has(position)));
    if (fresh.size === 0) return false;
    bytes += await loadTables(set, fresh);
    for (const position of fresh) loaded.add(position);
    return true;
  };
  const refresh = async (views: readonly RelationName[]): Promise<void> => {
    const names = new Set(views.map(keyOf).filter((name) => !refreshed.has(name)));
    const ids = new Set(
      meta.entries.flatMap(({ unit, schema, tag, id }) =>
        unit === 'refresh' && names.has(keyOf({ schema, name: tag })) ? `finish/refresh/${id}` : [],
      ),
    );
    await applyUnits(set, 'finish', (unit) => ids.has(unit.id));
    for (const name of names) refreshed.add(name);
  };
  const tablesOf = (keys: readonly string[]): number[] => keys.flatMap((key) => positions.get(key) ?? []);

  return {
    /** Loads what is behind these relations. False when all of it was there. */
    async bring(relations: readonly RelationName[]): Promise<boolean> {
      const { views, tables, isOpen } = await session.run('looking at views', ({ client }) =>
        behindViews(client, relations),
      );
      const wanted = isOpen ? meta.tables.keys() : tablesOf([...relations, ...tables].map(keyOf));
      const isNew = await load(wanted);
      await refresh(views);
      return isNew;
    },
    /** Tables that were read although they were not loaded; those of which the set holds no rows do not matter. */
    missed({ scanned }: Answered): RelationName[] {
      return tablesOf(scanned)
        .filter((position) => !loaded.has(position) && meta.tables[position]!.parts.length > 0)
        .map((position) => meta.tables[position]!);
    },
    done: () => ({ loaded: [...loaded].sort((a, b) => a - b).map((position) => meta.tables[position]!.object), bytes }),
  };
};

/**
 * Answers a question of a set. The planner, on the empty schema, says which tables it reads; these are loaded. What it cannot
 * see (functions, SQL in texts) the server counts while it answers: a table that was read and is not there is loaded, and the
 * question asked again. So an answer never takes a table for empty that the set holds rows of.
 */
export const peek = async (
  session: Session,
  by: Writer,
  meta: PostgresMeta,
  from: Source,
  question: Question,
): Promise<Peeked> => {
  const set: SetInPlace = { session, by, meta, from };
  const asked = { ...question, query: trimQuery(question.query) };
  const searchPath = searchPathOf(meta);
  await applyUnits(set, 'schema');
  await makeLateViews(set);
  await applyUnits(set, 'finish', ({ id }) => id === 'finish/sequences');

  const looking = openQuestion(set);
  const planned = await session.run('reading the question', ({ client }) =>
    explainQuery(client, asked.query, searchPath),
  );
  await looking.bring(planned);
  for (;;) {
    session.work.beat({ says: 'asking', bytes: 0, totalBytes: null });
    const answered = await session.run('asking', ({ client }) => askQuery(client, asked, searchPath), {
      isChanged: true,
    });
    if (!(await looking.bring(looking.missed(answered)))) {
      const { columns, rows, hasMore } = answered;
      return { columns, rows, hasMore, ...looking.done() };
    }
  }
};
