import type { RestoreSelection } from '../../../domain/data.ts';
import type { PostgresMeta } from '../meta.ts';

export interface NeededRoles {
  /** They will own something. */
  owners: string[];
  /** They own something, or are named in rights, policies, user mappings and settings. */
  all: string[];
}

const rights = new Set(['ACL', 'DEFAULT ACL']);

/** Roles that have to be there for a selection, under the names they will have. `chosen` is what is selected of `meta`. */
export const neededRoles = (meta: PostgresMeta, chosen: PostgresMeta, selection: RestoreSelection): NeededRoles => {
  const { owners = 'keep', privileges = 'keep', parts } = selection;
  if (parts === 'data') return { owners: [], all: [] };
  const renamed = (name: string): string =>
    typeof owners !== 'string' && Object.hasOwn(owners, name) ? owners[name]! : name;
  const sorted = (names: readonly string[]): string[] =>
    [...new Set(names)]
      .filter((name) => name !== '' && !name.startsWith('pg_'))
      .map(renamed)
      .sort();
  const owning = owners === 'drop' ? [] : chosen.entries.map(({ owner }) => owner);
  const named = chosen.entries.flatMap(({ kind, roles }) => (privileges === 'drop' && rights.has(kind) ? [] : roles));
  const set = chosen.settings.flatMap(({ role }) => role ?? []);
  const isWhole = chosen.entries === meta.entries && owners !== 'drop' && privileges !== 'drop';
  return {
    owners: sorted(owning),
    all: sorted([...owning, ...named, ...set, ...(isWhole ? meta.roles : [])]),
  };
};
