import type { RestoreSelection, Selection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { selectNames } from '../../domain/filter.ts';
import { hasAutoIds, type Meta } from './meta.ts';

/** @throws DrError `not-supported` */
export const refuseParts = ({ parts = 'all' }: Selection): void => {
  if (parts === 'all') return;
  const asked = parts === 'schema' ? 'definitions' : 'rows';
  throw new DrError(
    'not-supported',
    `${asked} of Milvus collections cannot be taken or restored alone`,
    'leave the parts as they are; --only and --except choose collections',
  );
};

/** @throws DrError `no-match`, `not-supported` */
export const selectedOf = (meta: Meta, selection: RestoreSelection): Meta['collections'][number][] => {
  refuseParts(selection);
  const names = selectNames(
    meta.collections.map(({ name }) => name),
    selection,
  );
  return meta.collections.filter(({ name }) => names.includes(name));
};

/** Collections belong to nobody: rights are a matter of the server. */
export const explain = (meta: Meta, selection: RestoreSelection): readonly string[] => {
  const selected = selectedOf(meta, selection);
  for (const what of ['owners', 'privileges'] as const) {
    if ((selection[what] ?? 'keep') === 'keep') continue;
    throw new DrError('not-supported', `Milvus collections have no ${what}`, `leave the ${what} as they are`);
  }
  if ((selection.roles ?? 'require') !== 'require') {
    throw new DrError('not-supported', 'sets of Milvus collections hold no roles', 'leave the roles as they are');
  }
  const isBeside = selection.into === 'existing';
  return selected.flatMap(({ name, ...definition }) => [
    ...(isBeside && definition.aliases.length > 0
      ? [`aliases of ${JSON.stringify(name)} that lead elsewhere by now stay there`]
      : []),
    ...(hasAutoIds(definition)
      ? [
          `primary keys of ${JSON.stringify(name)} come back where the server lets them be given; otherwise it makes others`,
        ]
      : []),
    ...(definition.schema.functions.length > 0
      ? [`what functions of ${JSON.stringify(name)} compute is computed again`]
      : []),
  ]);
};
