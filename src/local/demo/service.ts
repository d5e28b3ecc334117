/**
 * The demo service: a small HTTP API over the sample data, run as a process of its own. It reads its connection strings
 * from an env file, as services do, and follows the file when that changes. What it reports as healthy is what a user
 * would feel: every store answers a read, and each acknowledged its latest canary write.
 *
 * Environment: DR_ESTATE (the estate file), DEMO_PORT.
 */
import { createServer } from 'node:http';
import { openWorld } from '../../../activities/open-world.ts';
import { readEstate } from '../../estate/read-estate.ts';
import { keepWritingCanaries } from './canary-writer.ts';
import { addressOf, openShop } from './shop/open-shop.ts';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`the demo service needs ${name}`);
  return value;
};

const { vault, estate, kinds } = await openWorld(await readEstate(need('DR_ESTATE')));
const targets = Object.values(estate.targets);
const shop = openShop(targets);
const canaries = targets.map((target) => ({
  target: target.id,
  writer: keepWritingCanaries({ kind: kinds[target.kind]!, vault, target: target.id, url: addressOf(target) }),
}));

/** A write that was not acknowledged for this long is one that users miss. */
const oldestCanaryMs = 5_000;

const checkCanaries = (): void => {
  for (const { target, writer } of canaries) {
    const age = writer.ageMs();
    if (age !== null && age <= oldestCanaryMs) continue;
    throw new Error(`the latest acknowledged write of ${target} is ${age === null ? 'not there' : `${age} ms old`}`);
  }
};

let visitors = 0;
const routes: Record<string, (query: URLSearchParams) => Promise<unknown>> = {
  'GET /health': async () => {
    await shop.check();
    checkCanaries();
    return { ok: true, canaries: Object.fromEntries(canaries.map((one) => [one.target, one.writer.latest()])) };
  },
  'GET /near': async (query) => {
    const cities = await shop.cities?.get();
    return cities?.near(Number(query.get('latitude')), Number(query.get('longitude')));
  },
  'GET /like': async (query) => {
    const ids = (await (await shop.likeness?.get())?.like(query.get('name') ?? '')) ?? [];
    return (await (await shop.guides?.get())?.read(ids)) ?? ids;
  },
  'POST /visit': async (query) => {
    const city = Number(query.get('city'));
    visitors += 1;
    const [visit] = await Promise.all([
      shop.cities?.get().then((cities) => cities.visit(city)),
      shop.guides?.get().then((guides) => guides.note(city)),
      shop.sessions?.get().then((sessions) => sessions.visit(`visitor-${visitors % 500}`, city)),
    ]);
    return visit;
  },
};

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://demo');
  const route = routes[`${request.method} ${url.pathname}`];
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (route === undefined) return answer(404, { error: `no such page; there are ${Object.keys(routes).join(', ')}` });
  route(url.searchParams).then(
    (body) => answer(200, body),
    (error) => answer(503, { error: error instanceof Error ? error.message : 'failed' }),
  );
});
server.listen(Number(need('DEMO_PORT')), '127.0.0.1', () => console.log('the demo service listens'));

const stop = async (): Promise<void> => {
  await Promise.all(canaries.map(({ writer }) => writer.stop()));
  server.close();
  server.closeAllConnections();
  await shop.close();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
