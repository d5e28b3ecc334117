import type { Client } from 'pg';
import { codeOf } from './failure.ts';

/** In the open transaction, which it leaves as it was: what `body` answers, or what the server says against it. */
export const tryOut = async <T>(
  client: Client,
  body: () => Promise<T>,
): Promise<{ answer: T } | { refused: string }> => {
  await client.query('SAVEPOINT probe');
  try {
    return { answer: await body() };
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return { refused: (error as Error).message };
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT probe');
  }
};
