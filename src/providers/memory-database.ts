import { DrError } from '../domain/errors.ts';
import type { PlaceSpec } from '../domain/words.ts';
import { memoryServer } from '../memory/server.ts';
import type { Provider } from './port.ts';
import { type Resolve, refuseUnlessMade, specOf } from './spec-of.ts';

/** New databases on the server in this process's memory: `memory://server` and `memory://server/<database>`. */
export const memoryDatabase = (resolve: Resolve): Provider => {
  const urlOf = async (spec: PlaceSpec): Promise<string> => {
    const { server, database } = specOf(spec, 'database');
    const url = await resolve(server);
    if (!/^memory:\/\/[^\s/]+$/.test(url)) {
      throw new DrError('bad-input', `${server} is not the URL of a memory server`, 'write it as memory://name');
    }
    return `${url}/${encodeURIComponent(database)}`;
  };
  return {
    provider: 'database',
    async provide(spec) {
      refuseUnlessMade(spec);
      memoryServer.create(await urlOf(spec));
    },
    async describe(spec) {
      return memoryServer.find(await urlOf(spec)) === undefined ? 'absent' : 'ready';
    },
    url: urlOf,
    async discard(spec) {
      refuseUnlessMade(spec);
      memoryServer.drop(await urlOf(spec));
    },
  };
};
