import type { Client } from 'pg';

/** What the machine of a server has left, as far as this login may know. */
export interface Machine {
  cores: number | null;
  /** Memory that programs can still be given. */
  freeBytes: number | null;
  /** The most that processes of the server can share beside its cache; null where nothing says. */
  sharedBytes: number | null;
}

/** Texts of the kernel's files, null for those that are not there. */
export interface MachineFiles {
  memory: string | null;
  memoryLimit: string | null;
  cpus: string | null;
  cpuLimit: string | null;
  mounts: string | null;
}

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `0-3,8` is five. */
const countRanges = (ranges: string): number =>
  ranges
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [from = 0, to = from]) => sum + to - from + 1, 0);

const smallest = (...values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  return known.length === 0 ? null : Math.min(...known);
};

/** What the files of a Linux machine, or of a container on one, come to. A limit that says `max` is none. */
export const readMachine = ({ memory, memoryLimit, cpus, cpuLimit, mounts }: MachineFiles): Machine => {
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(memory ?? '')?.[1];
  const [quota, period] = (cpuLimit ?? '').trim().split(/\s+/).map(Number);
  const [, size, unit = ''] = /^\S+ \/dev\/shm tmpfs \S*\bsize=(\d+)([kmg]?)\b/m.exec(mounts ?? '') ?? [];
  const limit = memoryLimit === null || memoryLimit.trim() === '' ? null : Number(memoryLimit);
  const cores = smallest(
    cpus === null || cpus.trim() === '' ? null : countRanges(cpus),
    quota && period ? Math.max(1, Math.floor(quota / period)) : null,
  );
  return {
    cores,
    freeBytes: smallest(available === undefined ? null : Number(available) * 1024, limit),
    sharedBytes: size === undefined ? null : Number(size) * units[unit]!,
  };
};

const unknown: Machine = { cores: null, freeBytes: null, sharedBytes: null };

const fileSql = (path: string, name: string): string => `pg_read_file('${path}', 0, 65536, true) AS "${name}"`;

const filesSql = `SELECT ${[
  fileSql('/proc/meminfo', 'memory'),
  fileSql('/sys/fs/cgroup/memory.max', 'memoryLimit'),
  fileSql('/sys/devices/system/cpu/online', 'cpus'),
  fileSql('/sys/fs/cgroup/cpu.max', 'cpuLimit'),
  fileSql('/proc/mounts', 'mounts'),
].join(', ')}`;

/** Asks the server for its machine, in the open transaction. Who may not read files, or is on no Linux, knows nothing. */
export const lookAtMachine = async (client: Client): Promise<Machine> => {
  await client.query('SAVEPOINT machine');
  const { rows } = await client
    .query<MachineFiles>(filesSql)
    .catch(() => client.query('ROLLBACK TO SAVEPOINT machine').then(() => ({ rows: [] })));
  await client.query('RELEASE SAVEPOINT machine');
  return rows[0] === undefined ? unknown : readMachine(rows[0]);
};
