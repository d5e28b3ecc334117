import type { Filter } from '../../../domain/data.ts';
import type { Held } from '../../look.ts';
import { ident, objectName } from '../connection/quote.ts';
import type { PostgresMeta } from '../meta.ts';
import { selectPositions } from '../selection/selection.ts';

/** What a filter selects of a set, named as in its fingerprint. A sequence goes with the table whose column it numbers. */
export const contents = (meta: PostgresMeta, filter: Filter): Held[] => {
  const selected = selectPositions(meta.tables, filter);
  const isWhole = selected.size === meta.tables.length;
  const tables = meta.tables.flatMap(({ object, kind, parts }, position): Held[] =>
    selected.has(position) ? [{ object, kind, bytes: parts.reduce((sum, [bytes]) => sum + bytes, 0) }] : [],
  );
  const sequences = meta.sequences.flatMap(({ schema, name, owner }): Held[] =>
    (owner === null ? isWhole : selected.has(owner))
      ? [{ object: objectName(schema, name), kind: 'sequence', bytes: 0 }]
      : [],
  );
  return [...tables, ...sequences];
};

/** `pg_dump` writes them only into files that make the database too, under the name it had. */
export const notDumped = ({ settings }: PostgresMeta): string[] =>
  settings.map(({ role, name }) => {
    const whose = role === null ? 'ALTER DATABASE …' : `ALTER ROLE ${ident(role)} IN DATABASE …`;
    return `a setting of the database: ${whose} SET ${name}`;
  });
