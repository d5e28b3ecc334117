/**
 * The demo service: a small HTTP API over the sample data, run as a process of its own. It reads its connection string
 * from an env file, as services do, and follows the file when that changes. What it reports as healthy is what a user
 * would feel: a read answers and the latest canary write was acknowledged.
 *
 * Environment: DR_ESTATE (the estate file), DEMO_TARGET, DEMO_ENV_FILE, DEMO_ENV_KEY, DEMO_PORT.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { openWorld } from '../../../activities/open-world.ts';
import { readEstate } from '../../estate/read-estate.ts';
import { postgres } from '../../stores/postgres/index.ts';
import { keepWritingCanaries } from './canary-writer.ts';
import { onSphere } from './sample-data.ts';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`the demo service needs ${name}`);
  return value;
};

const [envFile, envKey, target] = [need('DEMO_ENV_FILE'), need('DEMO_ENV_KEY'), need('DEMO_TARGET')];
const currentUrl = async (): Promise<string> => parseEnv(await readFile(envFile, 'utf8'))[envKey] ?? '';

let pool: pg.Pool | null = null;
let pooledUrl = '';
const connection = async (): Promise<pg.Pool> => {
  const url = await currentUrl();
  if (pool === null || url !== pooledUrl) {
    const old = pool;
    pool = new pg.Pool({
      connectionString: url,
      max: 4,
      connectionTimeoutMillis: 1_000,
      application_name: 'demo-service',
    });
    pool.on('error', () => undefined);
    pooledUrl = url;
    await old?.end();
  }
  return pool;
};

const { vault } = await openWorld(await readEstate(need('DR_ESTATE')));
const canaries = keepWritingCanaries({ kind: postgres, vault, target, url: currentUrl });

const nearest = `SELECT name, country, latitude, longitude FROM city ORDER BY on_sphere <-> $1::public.vector LIMIT 5`;
const routes: Record<string, (query: URLSearchParams) => Promise<unknown>> = {
  'GET /health': async () => {
    const db = await connection();
    const { rows } = await db.query('SELECT count(*)::int AS cities FROM (SELECT 1 FROM city LIMIT 1) one');
    if (rows[0].cities !== 1) throw new Error('there are no cities');
    const age = canaries.ageMs();
    if (age === null || age > 3_000) throw new Error(`the latest acknowledged write is ${age ?? 'never'} ms old`);
    return { ok: true, canary: canaries.latest() };
  },
  'GET /near': async (query) => {
    const point = onSphere(Number(query.get('latitude')), Number(query.get('longitude')));
    return (await (await connection()).query(nearest, [point])).rows;
  },
  'POST /visit': async (query) => {
    const insert = 'INSERT INTO visit (city) VALUES ($1) RETURNING id, at';
    return (await (await connection()).query(insert, [query.get('city')])).rows[0];
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
  await canaries.stop();
  server.close();
  server.closeAllConnections();
  await pool?.end();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
