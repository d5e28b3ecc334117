import { inspectSite } from './site.ts';
import { verb } from './verb.ts';

/** The place answers and bears the mark the plan expects. */
export const checkPlace = verb('checkPlace', async (job, { site }) => {
  const { version } = await inspectSite(job, site);
  return { says: `${site.place.id} answers and bears its mark`, versions: { server: version } };
});
