import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderBackend } from '../src/vault/folder-backend.ts';
import { openVault } from '../src/vault/vault.ts';

/**
 * How fast a set goes into a folder vault and comes back, and the most memory that takes.
 * `node bench/vault-codec.ts [megabytes …] [--streams n] [--parallel n] [--folder path]`; each size has a process of its own.
 */
interface Job {
  megabytes: number;
  streams: number;
  parallel: number;
  folder: string;
}

const mebibyte = 1 << 20;
/** As a socket delivers. */
const blockBytes = 1 << 16;

/** Lines as a table dump has them: compresses about four to one. */
const sample = (): Buffer => {
  const base = Buffer.allocUnsafeSlow(8 * mebibyte);
  let seed = 1;
  const next = (): number => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed >>> 0;
  };
  for (let at = 0, id = 1; at < base.length; id += 1) {
    const day = (next() % 28) + 1;
    at += base.write(
      `${id}\t${next()}\tcustomer ${next() % 50_000}\t2026-01-${day} 10:${next() % 60}:${next() % 60}.${next() % 1_000_000}+00\t${(next() % 100_000) / 100}\torder of item ${next() % 1000}\tpaid by card\n`,
      at,
    );
  }
  return base;
};

/** Every block is marked, so that no two chunks are equal. */
async function* stream(base: Buffer, bytes: number, number: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += blockBytes) {
    const from = at % (base.length - blockBytes);
    const block = Buffer.from(base.subarray(from, from + Math.min(blockBytes, bytes - at)));
    if (block.length >= 8) block.writeDoubleLE(number * 1e9 + at);
    yield block;
  }
}

const eachBounded = async (count: number, width: number, work: (at: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const at = next;
      next += 1;
      await work(at);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
};

const measure = async (megabytes: number, work: () => Promise<void>): Promise<string> => {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return `${(megabytes / seconds).toFixed(0)} MB/s, ${((user + system) / 1e6 / seconds).toFixed(1)} cores`;
};

const run = async ({ megabytes, streams, parallel, folder }: Job): Promise<void> => {
  const root = await mkdtemp(join(folder, 'dr-bench-vault-'));
  try {
    const vault = await openVault(folderBackend(root), { name: 'bench', bytes: randomBytes(32) });
    const work = { signal: new AbortController().signal, parallel };
    const base = sample();
    const baseline = process.memoryUsage().rss;
    const each = Math.round((megabytes * 1e6) / streams);
    const set = '20260131T020000Z-000000';
    const writer = await vault.write('bench', set, work);
    const written = await measure(megabytes, async () => {
      await eachBounded(streams, parallel, async (n) => {
        await writer.write(`data/${n}`, stream(base, each, n));
      });
      await writer.publish({
        kind: 'postgres',
        consistency: { kind: 'point-in-time', at: new Date().toISOString() },
        place: { mark: null, epoch: 1 },
        fingerprint: { algorithm: 'none', objects: {} },
        meta: {},
        leftOut: [],
        versions: {},
        startedAt: new Date().toISOString(),
        by: 'bench',
      });
    });
    const [listed] = await vault.sets('bench');
    const afterWrite = process.resourceUsage().maxRSS;
    const reader = await vault.open('bench', set, work);
    const read = await measure(megabytes, () =>
      eachBounded(streams, parallel, async (n) => {
        for await (const _ of reader.read(`data/${n}`));
      }),
    );
    const checked = await measure(megabytes, async () => {
      for await (const { damage } of reader.check(() => {})) throw new Error(damage);
    });
    const ratio = (listed!.bytes / listed!.storedBytes).toFixed(1);
    const peak = `${Math.round(baseline / mebibyte)} MiB before, ${Math.round(afterWrite / 1024)} MiB writing, ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB in all`;
    console.log(`${megabytes} MB in ${streams} streams, ${ratio} : 1`);
    console.log(`  write ${written}; read ${read}; check ${checked}; peak RSS ${peak}`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

if (process.env.DR_BENCH_JOB) {
  await run(JSON.parse(process.env.DR_BENCH_JOB) as Job);
} else {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      streams: { type: 'string', default: '4' },
      parallel: { type: 'string', default: '4' },
      folder: { type: 'string', default: tmpdir() },
    },
  });
  const sizes = positionals.length > 0 ? positionals.map(Number) : [100, 1000];
  for (const megabytes of sizes) {
    const { streams, parallel, folder } = values;
    const job: Job = { megabytes, streams: Number(streams), parallel: Number(parallel), folder };
    await once(fork(import.meta.filename, { env: { ...process.env, DR_BENCH_JOB: JSON.stringify(job) } }), 'exit');
  }
}
