import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { Sink, Source } from '../src/domain/data.ts';
import { compareFingerprints } from '../src/domain/fingerprint.ts';
import { stages } from '../src/domain/words.ts';
import { reservePort } from '../src/local/components/ports.ts';
import { type RunningRedis, resolveRedis, startRedis } from '../src/local/components/redis.ts';
import { makeRunDir, removeRunDir } from '../src/local/components/run-dir.ts';
import { redis as store } from '../src/stores/redis/index.ts';
import { type Round, tell } from './scenes.ts';

export const settings = { appendonly: 'no', 'repl-diskless-sync-delay': '0', 'enable-debug-command': 'yes' };
export const wholeOf = ({ url }: RunningRedis): string => url.replace(/\/\d+$/, '');

export const asked = async <T>(url: string, body: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(url, { enableReadyCheck: false });
  client.on('error', () => {});
  try {
    return await body(client);
  } finally {
    client.disconnect();
  }
};

/** Sessions that expire, carts, ranks: 6, 3 and 1 of ten keys. */
export const fill = (url: string, keys: number): Promise<void> =>
  asked(url, async (client) => {
    for (let at = 0; at < keys; ) {
      const batch = client.pipeline();
      for (const end = Math.min(keys, at + 20_000); at < end; at += 1) {
        const kind = at % 10;
        if (kind < 6) batch.set(`session:${at}`, `token ${at * 7919} ${'abcdefgh'.repeat(6)}`, 'EX', 864_000 + at);
        else if (kind < 9) batch.hset(`cart:${at}`, { user: `u${at % 5_000}`, total: at, note: `note of ${at}` });
        else batch.zadd(`rank:${at}`, at, 'a', 2.5, 'b', at * 3, `m${at}`);
      }
      await batch.exec();
    }
  });

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

const keys = 1_000_000;

/** Streams as files: what the peer writes is not compressed either. */
const filesIn = (folder: string): Sink & Source => ({
  async write(name, data) {
    let bytes = 0;
    const counted = async function* () {
      for await (const piece of data) {
        bytes += piece.length;
        yield piece;
      }
    };
    await pipeline(Readable.from(counted()), createWriteStream(join(folder, encodeURIComponent(name))));
    return { name, bytes, storedBytes: bytes, sha256: '' };
  },
  read: (name) => createReadStream(join(folder, encodeURIComponent(name)), { highWaterMark: 1024 * 1024 }),
});

/** The server's own digest of everything but what the product keeps there. */
export const digestOf = (url: string): Promise<string> =>
  asked(url, async (client) => {
    await client.del(...['mark', 'guard', 'ledger', 'claim', 'probe'].map((name) => `dr_runbooks:${name}`));
    return (await client.call('DEBUG', 'DIGEST')) as string;
  });

/** A server that starts on a file, until it has all keys. */
const startOn = async (program: string, folder: string, keys: number): Promise<number> => {
  const port = await reservePort();
  const args = ['--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no'];
  const began = performance.now();
  const server = spawn(program, args, { stdio: 'ignore' });
  try {
    return await asked(`redis://127.0.0.1:${port}`, async (client) => {
      client.options.retryStrategy = () => 10;
      for (;;) {
        const there = await client.dbsize().catch(() => -1);
        if (there === keys) return (performance.now() - began) / 1000;
        await sleep(10);
      }
    });
  } finally {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
};

/**
 * A backup of a running server beside `redis-cli --rdb`, and a restore into a running one beside the start of a server on that
 * file. The server's own digest of everything has to be the same on both. The first round warms up and does not count.
 * @throws Error when a copy is not equal
 */
export const playRedis = async (rounds: number, say: (line: string) => void): Promise<Round[]> => {
  await using undo = new AsyncDisposableStack();
  const folder = undo.adopt(await makeRunDir('bench-redis', null), removeRunDir);
  const program = await resolveRedis({ say });
  const source = undo.use(await startRedis({ settings, say }));
  const target = undo.use(await startRedis({ settings, say }));
  const peer = join(folder, 'peer');
  const ours = join(folder, 'ours');
  await mkdir(peer);
  say('redis: making the data');
  await fill(source.url, keys);
  const expected = await digestOf(source.url);
  const { password } = new URL(source.url);
  const work = { signal: new AbortController().signal, beat: () => {}, parallel: 2 };
  const played: Round[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const file = join(peer, 'taken.rdb');
    const redisCli = await seconds(() =>
      promisify(execFile)('redis-cli', ['-p', String(source.port), '--rdb', file], {
        env: { ...process.env, REDISCLI_AUTH: password },
      }),
    );
    await sleep(300);
    await rm(ours, { recursive: true, force: true });
    await mkdir(ours);
    const files = filesIn(ours);
    await using from = await store.open(wholeOf(source), work);
    const began = performance.now();
    const { meta, fingerprint } = await from.snapshot(files, {});
    const backup = (performance.now() - began) / 1000;

    await copyFile(file, join(peer, 'dump.rdb'));
    const serverStart = await startOn(program, peer, keys);
    await asked(target.url, (client) => client.flushall());
    await using into = await store.open(wholeOf(target), work);
    const by = { run: `round-${n}`, set: 'a'.repeat(64), epoch: 1 };
    const restore = await seconds(async () => {
      await into.begin(by, meta);
      for (const stage of stages) {
        for (const unit of store.units(meta, stage)) await into.restore(unit, meta, files, by);
      }
    });
    const proof = await into.prove(by, meta, fingerprint);
    await into.end(by);
    const isEqual = compareFingerprints(proof.expected, proof.found).length === 0;
    if (!isEqual || (await digestOf(target.url)) !== expected) throw new Error('NOT EQUAL: the restored server');
    const round: Partial<Round> = { backup, redisCli, restore, serverStart };
    say(tell('redis', n, rounds, round));
    if (n > 0) played.push(round as Round);
  }
  return played;
};
