import { createHash } from 'node:crypto';

const suffix = ' (fenced by dr-runbooks)';
/** PostgreSQL cuts longer names off. */
const mostBytes = 63;

/**
 * The name a fence gives a database: what it is at a glance in any list of databases, the same in every process, and
 * another one for every name.
 */
export const fencedName = (name: string): string => {
  if (Buffer.byteLength(name + suffix) <= mostBytes) return name + suffix;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const room = mostBytes - Buffer.byteLength(suffix) - digest.length - 1;
  let kept = '';
  for (const letter of name) {
    if (Buffer.byteLength(kept + letter) > room) break;
    kept += letter;
  }
  return `${kept}~${digest}${suffix}`;
};
