import { DrError } from '../domain/errors.ts';
import type { Provider } from './port.ts';
import { type Resolve, specOf } from './spec-of.ts';

/**
 * Places that are there already, by their connection string. It makes and removes nothing: `describe` says only that the
 * connection string is known, because whether the place answers is the store's to say.
 */
export const existing = (resolve: Resolve): Provider => ({
  provider: 'existing',
  async provide(spec) {
    specOf(spec, 'existing');
    throw new DrError(
      'not-supported',
      `place ${spec.id} is an existing one: provider existing makes no places`,
      'give the target a server to make places on, or create the place by hand',
    );
  },
  async describe(spec) {
    await resolve(specOf(spec, 'existing').url);
    return 'ready';
  },
  async url(spec) {
    return resolve(specOf(spec, 'existing').url);
  },
  async discard(spec) {
    specOf(spec, 'existing');
    throw new DrError(
      'refused',
      `place ${spec.id} was not made by this product: provider existing removes no places`,
      'remove it by hand if it is really no longer needed',
    );
  },
});
