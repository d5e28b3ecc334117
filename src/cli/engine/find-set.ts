import { newestSet, openNamed } from '../../../activities/plan/choose-set.ts';
import type { World } from '../../../activities/world.ts';
import { DrError } from '../../domain/errors.ts';
import type { SetReader } from '../../vault/port.ts';
import { knownTarget } from './known-target.ts';

/**
 * The set a person means: `<id>`, `<target>/<id>` or `<target>/latest`. A bare id is looked for under every target.
 * @throws DrError `unknown-name`, and what `Vault.open` and, for the latest, `Vault.sets` throw
 */
export const findSet = async ({ estate, vault, parallel }: World, name: string): Promise<SetReader> => {
  const work = { signal: new AbortController().signal, parallel };
  const [first = '', second] = name.split('/');
  if (second === undefined) return openNamed(vault, Object.keys(estate.targets), name, work);
  const target = knownTarget(estate, first).id;
  if (second !== 'latest') return openNamed(vault, [target], second, work);
  const newest = newestSet(await vault.sets(target));
  if (newest !== null) return vault.open(target, newest.manifest.set, work);
  throw new DrError('unknown-name', `${target} has no set in ${vault.says}`, `take one: dr snapshot ${target}`);
};
