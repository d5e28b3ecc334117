import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process that a later one with the same number is not mistaken for. */
export interface ProcessId {
  pid: number;
  /** When it began, in the words of this system. */
  began: string;
}

export const processId = (pid: number): ProcessId => ({ pid, began: beganAt(pid) ?? '' });

/** True while that very process runs. */
export const isSameProcess = ({ pid, began }: ProcessId): boolean => beganAt(pid) === began;

const beganAt = (pid: number): string | null => {
  try {
    if (!existsSync('/proc/self/stat')) {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim();
    }
    // The name in parentheses may hold anything: count the fields after it. State is the 3rd field, start time the 22nd.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
};
