import { DrError } from '../domain/errors.ts';
import type { Binding, TargetId } from '../domain/words.ts';
import { padded } from './key.ts';
import type { Keyring } from './keyring.ts';
import type { Backend, Vault } from './port.ts';
import { canonicalJson } from './seal.ts';

const bindingKey = (target: TargetId, epoch: number): string => `bindings/${target}/${padded(epoch)}.json`;

/** A retry of the same switch binds again at another instant: that is the same binding. */
const isSame = (a: Binding, b: Binding): boolean =>
  canonicalJson({ ...a, boundAt: '' }) === canonicalJson({ ...b, boundAt: '' });

/** Versions of a target's binding, one create-only record for each epoch: of two racing binders one loses. */
export const openBindings = (backend: Backend, keyring: Keyring): Vault['bindings'] => {
  const read = async (target: TargetId, key: string): Promise<Binding> =>
    (await keyring.read(target, key)).body as Binding;

  const current = async (target: TargetId): Promise<Binding | null> => {
    let newest: string | null = null;
    for await (const { key } of backend.list(`bindings/${target}`)) newest = key;
    return newest === null ? null : read(target, newest);
  };

  const at = async (target: TargetId, epoch: number): Promise<Binding | null> => {
    const key = bindingKey(target, epoch);
    return (await backend.head(key)) === null ? null : read(target, key);
  };

  return {
    current,
    at,
    bind: async (binding) => {
      const now = await current(binding.target);
      const stale = (found: Binding): DrError =>
        new DrError(
          'stale-epoch',
          `${binding.target} is bound to ${found.place.id} at epoch ${found.epoch} by ${found.by}; epoch ${binding.epoch} is not free`,
          'someone switched in the meantime: look at where the target is now, and plan again',
        );
      if (now && binding.epoch > now.epoch + 1) {
        throw new DrError(
          'bad-input',
          `${binding.target} is at epoch ${now.epoch}: the next is ${now.epoch + 1}, found ${binding.epoch}`,
          'epochs grow by one',
        );
      }
      const key = bindingKey(binding.target, binding.epoch);
      if (now && binding.epoch < now.epoch) throw stale(now);
      if (await keyring.keep(binding.target, key, binding)) return;
      const found = await read(binding.target, key);
      if (!isSame(found, binding)) throw stale(found);
    },
  };
};
