/** A worker whose comparison is preceded by the loss of one row: what a drill must notice. Used by sabotage only. */
import pg from 'pg';
import { createVerbs } from '../../../activities/index.ts';
import type { World } from '../../../activities/world.ts';
import type { Verbs } from '../../domain/verbs.ts';
import { runWorker } from '../../worker.ts';

const withLostRow = (world: World): Verbs => {
  const verbs = createVerbs(world);
  return {
    ...verbs,
    comparePlace: async (order, input) => {
      if (input.site.place.kind !== 'postgres') return verbs.comparePlace(order, input);
      const url = await world.providers[input.site.place.provider].url(input.site.place);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('DELETE FROM visit WHERE id = (SELECT min(id) FROM visit)');
      await client.end();
      return verbs.comparePlace(order, input);
    },
  };
};

await runWorker(withLostRow);
