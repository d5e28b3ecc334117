import { DrError } from '../domain/errors.ts';
import { fromSegment, toSegment } from './key.ts';
import type { Backend, Vault } from './port.ts';

/** Reports and evidence as they are, below `runs/<yyyy>/<mm>/<run>/`: readable with nothing but a file browser. */
export const openRuns = (backend: Backend): Vault['runs'] => ({
  keep: async (run, at, name, body) => {
    const key = `runs/${at.slice(0, 4)}/${at.slice(5, 7)}/${toSegment(run)}/${toSegment(name)}`;
    if (await backend.create(key, body)) return key;
    if (Buffer.compare(await backend.get(key), body) === 0) return key;
    throw new DrError(
      'already-exists',
      `${key} is kept with another content`,
      'evidence is never replaced: use a new name',
    );
  },
  read: async (run, name) => {
    const end = `/${toSegment(run)}/${toSegment(name)}`;
    for await (const { key } of backend.list('runs')) if (key.endsWith(end)) return backend.get(key);
    throw new DrError('missing', `${backend.says}: no ${name} of run ${run}`, 'dr runs lists what is kept');
  },
  async *list() {
    for await (const { key, changedAt } of backend.list('runs')) {
      const [, , , run, name] = key.split('/') as [string, string, string, string, string];
      yield { run: fromSegment(run), name: fromSegment(name), at: changedAt };
    }
  },
});
