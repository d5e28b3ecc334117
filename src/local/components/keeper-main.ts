import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { KeeperOrder } from './keeper.ts';

// Runs beside the process that started the servers and outlives it by seconds: see keeper.ts.

const graceMs = 8_000;
const groups = new Map<number, NodeJS.Signals>();
const dirs = new Set<string>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as KeeperOrder;
  if ('keep' in order) {
    if (order.keep === 'group') groups.set(order.pid, order.signal);
    else dirs.add(order.path);
  } else if (order.drop === 'group') groups.delete(order.pid);
  else dirs.delete(order.path);
}

const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
};

for (const [pid, signal] of groups) signalGroup(pid, signal);
const deadline = Date.now() + graceMs;
const alive = () => [...groups.keys()].filter((pid) => signalGroup(pid, 0));
while (alive().length > 0 && Date.now() < deadline) await pause(50);
for (const pid of alive()) signalGroup(pid, 'SIGKILL');
for (const dir of dirs) rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
