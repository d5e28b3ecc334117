import { markdownTable } from 'markdown-table';
import type { diffTexts, ObjectDiff } from '../../domain/diff-prints.ts';
import type { RowsDiff, ShownChange } from './diff-rows.ts';
import { sayValue } from './say-rows.ts';

export type DefinitionDiff = ReturnType<typeof diffTexts>[number];

const mostLines = 20;

const delta = ({ rowsBefore, rowsAfter }: ObjectDiff): string => {
  const change = (rowsAfter ?? 0) - (rowsBefore ?? 0);
  return change > 0 ? `+${change}` : String(change);
};

/** Objects that differ, with their counts. */
export const sayObjects = (objects: readonly ObjectDiff[]): string =>
  markdownTable(
    [
      ['object', 'is', 'rows before', 'rows after', 'delta'],
      ...objects.map((one) => [
        sayValue(one.object),
        one.what,
        String(one.rowsBefore ?? ''),
        String(one.rowsAfter ?? ''),
        delta(one),
      ]),
    ],
    { align: ['l', 'l', 'r', 'r', 'r'] },
  );

const signs = { added: '+', removed: '-', changed: '~' } as const;

const linesOf = (text: string | null): string[] => (text ?? '').split('\n').filter((line) => line.trim() !== '');

/** A definition that changed, by the lines that only one side has. */
export const sayDefinition = ({ name, what, before, after }: DefinitionDiff): string => {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const lines =
    what === 'changed'
      ? [
          ...old.filter((line) => !fresh.includes(line)).map((line) => `    - ${sayValue(line)}`),
          ...fresh.filter((line) => !old.includes(line)).map((line) => `    + ${sayValue(line)}`),
        ]
      : [];
  const more = lines.length > mostLines ? [`    … ${lines.length - mostLines} more lines`] : [];
  return [`  ${signs[what]} ${sayValue(name)}`, ...lines.slice(0, mostLines), ...more].join('\n');
};

const sayChange = ({ what, before, after }: ShownChange, key: readonly string[]): string => {
  const row = after ?? before ?? {};
  const known = key.map((name) => `${sayValue(name)}=${sayValue(row[name] ?? null)}`).join(' ');
  const rest = Object.keys(row).filter((name) => !key.includes(name));
  const values =
    what === 'changed'
      ? rest
          .filter((name) => before?.[name] !== after?.[name])
          .map((name) => `${sayValue(name)}: ${sayValue(before?.[name] ?? null)} → ${sayValue(after?.[name] ?? null)}`)
      : rest.map((name) => `${sayValue(name)}: ${sayValue(row[name] ?? null)}`);
  return `${signs[what]} ${[known, values.join(', ')].filter((part) => part !== '').join('  ')}`;
};

/** The rows of one table that differ. */
export const sayRowsDiff = (diff: RowsDiff): string => {
  const { table, key, added, removed, changed, rows, onlyBefore, onlyAfter } = diff;
  const by =
    key.length === 0 ? 'by all of their content: both sides have no common primary key' : `by ${key.join(', ')}`;
  const hidden = added + removed + changed - rows.length;
  return [
    `${sayValue(table)}, rows known ${by}: ${added} added, ${removed} removed, ${changed} changed`,
    ...(onlyBefore.length > 0 ? [`columns only before, not compared: ${onlyBefore.map(sayValue).join(', ')}`] : []),
    ...(onlyAfter.length > 0 ? [`columns only after, not compared: ${onlyAfter.map(sayValue).join(', ')}`] : []),
    ...rows.map((row) => sayChange(row, key)),
    ...(hidden > 0 ? [`… ${hidden} more: --limit shows more than ${rows.length}`] : []),
  ].join('\n');
};
