import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Start, startDr } from './dr.ts';

/** Runs `dr` to its good end. The most memory the process ever had, in MiB, as the kernel counts it. */
export const peakOf = async (args: readonly string[], start: Start): Promise<number> => {
  const child = startDr(args, start);
  let peak = 0;
  const clock = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      peak = Math.max(peak, Number(found?.[1] ?? 0) / 1024);
    } catch {
      // it has just ended
    }
  }, 50);
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdout.resume();
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(clock);
  expect(code, err).toBe(0);
  return peak;
};
