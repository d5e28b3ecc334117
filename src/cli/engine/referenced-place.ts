import { createHash } from 'node:crypto';
import type { PlaceSpec } from '../../domain/words.ts';
import type { Target } from '../../estate/estate.ts';

/** The place behind `env:NAME` or `file:/path` of a connection string, always by the same id. Null for any other text. */
export const referencedPlace = (ref: string, { id, kind }: Pick<Target, 'id' | 'kind'>): PlaceSpec | null => {
  if (!/^(env|file):./.test(ref)) return null;
  const hash = createHash('sha256').update(ref).digest('hex').slice(0, 8);
  return { id: `${id}/beside-${hash}`, target: id, kind, role: 'beside', provider: 'existing', url: ref };
};
