import { DrError } from '../src/domain/errors.ts';
import { verb } from './verb.ts';

/** One probe through the path a user takes. Green is a fact, red is an error. */
export const probeService = verb('probeService', async ({ world, work }, { service }) => {
  const known = world.estate.services[service];
  if (known === undefined) {
    throw new DrError(
      'unknown-name',
      `no service "${service}" in the estate`,
      `legal: ${Object.keys(world.estate.services).join(', ')}`,
    );
  }
  const at = world.now();
  const { ok, says } = await world.probe(known, work.signal);
  if (!ok) throw new DrError('unreachable', `${service} is red: ${says}`, 'look at the log of the service');
  return { says: `${service} is green: ${says}`, stamps: { healthy: { at, source: 'probe' } } };
});
