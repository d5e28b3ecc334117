import type { Mark } from '../../domain/words.ts';
import type { Session } from './connection/session.ts';
import { ownKeys } from './meta.ts';

/** Null when there is none. */
export const parseMark = (text: string | null): Mark | null => (text === null ? null : (JSON.parse(text) as Mark));

/** Writes or replaces the mark. */
export const stamp = (session: Session, mark: Mark): Promise<void> =>
  session.run('stamping the mark', async ({ redis }) => {
    await redis.set(ownKeys.mark, JSON.stringify(mark));
  });
