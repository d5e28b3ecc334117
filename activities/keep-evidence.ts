import { createHash } from 'node:crypto';
import type { TargetId } from '../src/domain/words.ts';
import type { Job } from './verb.ts';

/** Keeps a finding as JSON with its run, whole. Named by its content, so that a second attempt may find another thing. */
export const keepEvidence = async (
  { world, order }: Job,
  what: string,
  about: { target: TargetId; at: string },
  found: object,
): Promise<void> => {
  const body = Buffer.from(JSON.stringify(found));
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 12);
  await world.vault.runs.keep(order.run, about.at, `${what}-${about.target}-${digest}.json`, body);
};
