import fc from 'fast-check';
import type { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import type { EntryMeta, PostgresMeta } from '../../../src/stores/postgres/meta.ts';
import { roomOf, runWithRoom, wantedBy } from '../../../src/stores/postgres/restore/index-room.ts';
import { readMachine } from '../../../src/stores/postgres/restore/machine.ts';

const nothing = { memory: null, memoryLimit: null, cpus: null, cpuLimit: null, mounts: null };
const gib = 2 ** 30;
const mib = 2 ** 20;

describe('the machine of a server', () => {
  test('is read from the kernel’s files, the narrower limit first', () => {
    const files = {
      memory: 'MemTotal:       24630368 kB\nMemFree:  1 kB\nMemAvailable:   22020096 kB\n',
      memoryLimit: 'max\n',
      cpus: '0-3,8\n',
      cpuLimit: 'max 100000\n',
      mounts: 'overlay / overlay rw 0 0\nshm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k,inode64 0 0\n',
    };
    expect(readMachine(files)).toEqual({ cores: 5, freeBytes: 21 * gib, sharedBytes: 64 * mib });
    const small = readMachine({ ...files, memoryLimit: `${2 * gib}\n`, cpuLimit: '150000 100000\n' });
    expect(small).toEqual({ cores: 1, freeBytes: 2 * gib, sharedBytes: 64 * mib });
  });

  test('that tells nothing is unknown', () => {
    expect(readMachine(nothing)).toEqual({ cores: null, freeBytes: null, sharedBytes: null });
    expect(readMachine({ ...nothing, mounts: 'tmpfs /dev/shm tmpfs rw 0 0' }).sharedBytes).toBe(null);
  });
});

describe('room for an index over vectors', () => {
  const usual = { maintenanceBytes: 64 * mib, cacheBytes: gib, workers: 2, mostWorkers: 8 };
  const machine = { cores: 4, freeBytes: 16 * gib, sharedBytes: null };
  const wanted = (bytes: number, isLeast = false) => ({ bytes, isLeast });

  test('is what it wants, up to half of what the machine has left', () => {
    expect(roomOf(wanted(3 * gib), usual, machine)).toEqual({ bytes: 3 * gib, workers: 4 });
    expect(roomOf(wanted(30 * gib), usual, machine)).toEqual({ bytes: 8 * gib, workers: 4 });
    expect(roomOf(wanted(mib), usual, machine).bytes).toBe(64 * mib);
  });

  test('is up to what the server gives its cache where the machine is unknown, with the helpers it allows anyway', () => {
    const unknown = { cores: null, freeBytes: null, sharedBytes: null };
    expect(roomOf(wanted(30 * gib), usual, unknown)).toEqual({ bytes: gib, workers: 2 });
  });

  test('is that of one process where helpers may not share as much', () => {
    expect(roomOf(wanted(gib), usual, { ...machine, sharedBytes: 64 * mib })).toEqual({ bytes: gib, workers: 0 });
  });

  test('that it cannot do without is given', () => {
    expect(roomOf(wanted(10 * gib, true), usual, machine).bytes).toBe(10 * gib);
  });

  test('never is less than usual, nor more than half of the machine and more than usual', () => {
    const bytes = fc.integer({ min: 1, max: 64 * gib });
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.nat(64), fc.nat(64), (want, free, shared, cores, mostWorkers) => {
        const room = roomOf(wanted(want), { ...usual, mostWorkers }, { cores, freeBytes: free, sharedBytes: shared });
        expect(room.bytes).toBeGreaterThanOrEqual(usual.maintenanceBytes);
        expect(room.bytes).toBeLessThanOrEqual(Math.max(usual.maintenanceBytes, free / 2));
        expect(room.workers).toBeLessThanOrEqual(Math.min(cores, mostWorkers));
        if (room.workers > 0) expect(room.bytes).toBeLessThanOrEqual(shared);
      }),
    );
  });

  test('is wanted by the rows of the table and the size of the index at the source', () => {
    const entry = (id: number, kind: string, tag: string, on: number, bytes: number) =>
      ({ id, kind, schema: 'public', tag, on, bytes }) as unknown as EntryMeta;
    const table = {
      schema: 'public',
      name: 'items',
      parts: [
        [1, 60_000],
        [1, 40_000],
      ],
    };
    const entries = [entry(1, 'TABLE', 'items', 0, 1), entry(2, 'INDEX', 'i', 1, 200_000_000)];
    const meta = { tables: [table], entries } as unknown as PostgresMeta;
    const hnsw = "SET x;\nCREATE INDEX i ON public.items USING hnsw (v public.vector_l2_ops) WITH (m='16');\n";
    const wants = wantedBy(hnsw, meta, entries.slice(1))!;
    expect(wants.isLeast).toBe(false);
    expect(wants.bytes).toBeGreaterThan(220_000_000);
    expect(wants.bytes).toBeLessThan(350_000_000);
    expect(wantedBy(hnsw.replace("'16'", "'48'"), meta, entries)!.bytes).toBeGreaterThan(wants.bytes + 90_000_000);
    const ivfflat = "CREATE INDEX i ON public.items USING ivfflat (v public.vector_l2_ops) WITH (lists='1000');\n";
    expect(wantedBy(ivfflat, meta, entries)).toMatchObject({ isLeast: true });
    expect(wantedBy(ivfflat, meta, entries)!.bytes).toBeGreaterThan(300_000_000);
    expect(wantedBy('CREATE INDEX i ON public.items USING btree (id);\n', meta, entries)).toBe(null);
  });
});

describe('a build that finds too little shared memory', () => {
  /** A server that answers questions, and has one process build alone. */
  const serverOf = (failure: Error) => {
    const asked: unknown[] = [];
    const query = async (text: string, values?: unknown[]) => {
      asked.push(values?.[1] ?? text);
      if (text === 'script' && asked.filter((one) => one === 'script').length === 1) throw failure;
      return { rows: [{ maintenanceBytes: 1, cacheBytes: 1, workers: 2, mostWorkers: 8, ...nothing }] };
    };
    return { asked, client: { query } as unknown as Client };
  };

  test('is done once more by one process, and any other failure is one', async () => {
    const { asked, client } = serverOf(new Error('could not resize shared memory segment "/PostgreSQL.1" to 9 bytes'));
    await runWithRoom(client, 'script', { bytes: 100, isLeast: false }, 2);
    expect(asked.slice(-5)).toEqual(['SAVEPOINT alone', 'script', 'ROLLBACK TO SAVEPOINT alone', '0', 'script']);
    const other = serverOf(new Error('division by zero'));
    const running = runWithRoom(other.client, 'script', { bytes: 100, isLeast: false }, 2);
    await expect(running).rejects.toThrow('division by zero');
  });
});
