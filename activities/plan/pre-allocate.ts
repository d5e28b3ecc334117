import { createHash } from 'node:crypto';
import type { Instant, PlaceSpec, RunId, SetId } from '../../src/domain/words.ts';
import type { Target } from '../../src/estate/estate.ts';

/** PostgreSQL cuts longer names off without a word. */
const longestDatabase = 63;

const hashOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 8);

/** `20260131T020000Z-3f9a1c`: sorts by time; the same for the same run and target. */
export const setIdOf = (run: RunId, at: Instant, target: string): SetId =>
  `${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z-${hashOf('set', run, at, target).slice(0, 6)}`;

/**
 * The place a run would make for a target. Ids and names follow from the run and its start alone: a retry finds what it
 * made, and another run never does.
 */
export const placeOf = (
  target: Target,
  role: 'beside' | 'scratch',
  { run, at }: { run: RunId; at: Instant },
): PlaceSpec | null => {
  const server = role === 'beside' ? target.besideServer : target.scratchServer;
  if (server === null) return null;
  const hash = hashOf(role, run, at, target.id);
  const stem = `dr_${target.id.replaceAll(/[^a-z0-9]/g, '_')}`.slice(0, longestDatabase - hash.length - 1);
  return {
    id: `${target.id}/${role}-${hash}`,
    target: target.id,
    kind: target.kind,
    role,
    provider: 'database',
    server,
    database: `${stem}_${hash}`,
  };
};
