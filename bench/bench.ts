/**
 * `npm run bench`: how fast the product is beside PostgreSQL's own tools, as ratios, on one machine in one run.
 *
 *   npm run bench -- [name…]            only these rows
 *   --json                              one JSON array on standard output: { name, work, peer, ratio, bound, equal, samples }
 *   --rounds <n>                        default 5, after one that warms up
 *   --write                             writes the rows that ran into docs/measured.md
 *
 * Exit codes: 0 every bound holds, 1 a copy was not equal or something failed, 2 bad input, 4 a bound does not hold.
 */
import { parseArgs } from 'node:util';
import { openLab } from './lab.ts';
import { writeMeasured } from './measured.ts';
import { playMilvus } from './milvus.ts';
import { playMongodb } from './mongodb.ts';
import { playRedis } from './redis.ts';
import { playRedisKeys } from './redis-keys.ts';
import { type Result, resultOf } from './result.ts';
import { type Row, rows } from './rows.ts';
import { type Measure, type PostgresScene, play, targets } from './scenes.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const readOptions = (): { wanted: readonly Row[]; json: boolean; rounds: number; write: boolean } => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      write: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
  const legal = rows.map(({ name }) => name).join(', ');
  if (unknown.length > 0) throw new TypeError(`no row ${unknown.join(', ')}; legal: ${legal}`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new TypeError(`--rounds ${values.rounds}: give a number from 1 on`);
  const wanted = positionals.length === 0 ? rows : rows.filter(({ name }) => positionals.includes(name));
  return { wanted, json: values.json, rounds, write: values.write };
};

/** Scenes that bring their own server. */
const elsewhere = { milvus: playMilvus, mongodb: playMongodb, redis: playRedis, redisKeys: playRedisKeys } as const;

const measure = async (wanted: readonly Row[], rounds: number): Promise<{ results: Result[]; server: string }> => {
  await using lab = await openLab(targets);
  const results: Result[] = [];
  for (const [scene, those] of Map.groupBy(wanted, (row) => row.scene)) {
    const needs = new Set(those.flatMap((row) => row.needs));
    const isWanted = (measure: Measure): boolean => needs.has(measure);
    const played =
      scene in elsewhere
        ? await elsewhere[scene as keyof typeof elsewhere](rounds, say, isWanted)
        : await play(lab, scene as PostgresScene, rounds, isWanted, say);
    results.push(...those.map((row) => resultOf(row, played)));
  }
  return { results: wanted.map((row) => results.find(({ name }) => name === row.name)!), server: lab.version };
};

const main = async (): Promise<number> => {
  const options = readOptions();
  const { results, server } = await measure(options.wanted, options.rounds);
  for (const { name, ratio, bound } of results) {
    say(`${name.padEnd(18)} ${ratio.toFixed(2)}  ${ratio <= bound ? 'holds' : 'DOES NOT HOLD'}, bound ${bound}`);
  }
  if (options.write) await writeMeasured(results, server);
  if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  return results.every(({ ratio, bound }) => ratio <= bound) ? 0 : 4;
};

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
