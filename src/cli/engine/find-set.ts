import { chooseSet } from '../../../activities/plan/choose-set.ts';
import type { World } from '../../../activities/world.ts';
import { DrError } from '../../domain/errors.ts';
import type { TargetId } from '../../domain/words.ts';
import { printName, suggest } from '../../estate/names.ts';
import type { Vault } from '../../vault/port.ts';
import { knownTarget } from './known-target.ts';

export type ListedSet = Awaited<ReturnType<Vault['sets']>>[number];

const some = 5;

/**
 * The set a person means: `<id>`, `<target>/<id>` or `<target>/latest`. A bare id is looked for under every target; a
 * target whose own sets cannot be read stands in the way only when no other has it.
 * @throws DrError `unknown-name`, and what `Vault.sets` throws
 */
export const findSet = async ({ estate, vault }: World, name: string): Promise<ListedSet> => {
  const [first = '', second] = name.split('/');
  if (second !== undefined) return newestOf(vault, knownTarget(estate, first).id, second);
  const failures: unknown[] = [];
  const ids: string[] = [];
  for (const target of Object.keys(estate.targets)) {
    const sets = await vault.sets(target).catch((error: unknown) => {
      failures.push(error);
      return [];
    });
    const found = sets.find((one) => one.manifest.set === name);
    if (found !== undefined) return found;
    ids.push(...sets.map((one) => one.manifest.set));
  }
  if (failures.length > 0) throw failures[0];
  const newest = ids.toSorted().reverse().slice(0, some);
  throw new DrError(
    'unknown-name',
    `no set ${printName(name)} in ${vault.says}${suggest(name, ids)}`,
    newest.length === 0
      ? 'the vault holds no set; take one: dr snapshot <target>'
      : `newest: ${newest.join(', ')}; or <target>/latest`,
  );
};

const newestOf = async (vault: Vault, target: TargetId, set: string): Promise<ListedSet> => {
  const found = chooseSet(target, await vault.sets(target), { mode: 'plan', set });
  if (found !== null) return found;
  throw new DrError('unknown-name', `${target} has no set in ${vault.says}`, `take one: dr snapshot ${target}`);
};
