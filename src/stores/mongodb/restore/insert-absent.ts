import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, documentsOf } from '../bson/documents.ts';
import { codeOf, refusal } from '../connection/failure.ts';
import type { Refused } from './insert-raw.ts';

const duplicate = 11000;
/** The server allows less than it is asked for: Cosmos DB says 16500 or 429. */
const throttled: ReadonlySet<number> = new Set([16500, 429]);

const leastWaitMs = 20;
const mostWaitMs = 5_000;
/** Without any document going in. */
const mostWaits = 60;

/** One command for documents that follow each other: those that were not inserted. */
export type Send = (documents: Uint8Array) => Promise<readonly Refused[]>;

/** How long the server asks to wait, else null. */
const askedMs = (message: string): number | null => {
  const [, ms] = /RetryAfterMs=(\d+)/.exec(message) ?? [];
  return ms === undefined ? null : Number(ms);
};

/** A command that was throttled as a whole is that of each of its documents. */
const sendAll = async (send: Send, batch: Batch): Promise<readonly Refused[]> => {
  try {
    return await send(batch.bytes);
  } catch (error) {
    const code = codeOf(error);
    if (code === null || !throttled.has(code)) throw error;
    const { message } = error as Error;
    return Array.from({ length: batch.documents }, (_, index) => ({ index, code, message }));
  }
};

/**
 * Inserts the documents that are not there, whatever was inserted before: a unit that was killed is done again from its
 * start. Documents that the server throttles are sent again, fewer at a time and later, until they are in.
 * @throws what the server said of the first document it refuses; `busy` when it takes none for minutes
 */
export const insertAbsent = async (send: Send, batch: Batch, signal: AbortSignal): Promise<void> => {
  let waitMs = leastWaitMs;
  let waits = 0;
  const waiting: Batch[] = [batch];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    signal.throwIfAborted();
    const refused = await sendAll(send, next);
    const failed = refused.find(({ code }) => code !== duplicate && !throttled.has(code));
    if (failed !== undefined) throw refusal(failed.code, failed.message);
    const late = refused.filter(({ code }) => throttled.has(code));
    if (late.length === 0) {
      waitMs = Math.max(leastWaitMs, waitMs / 2);
      waits = 0;
      continue;
    }
    waits = late.length < next.documents ? 0 : waits + 1;
    if (waits > mostWaits) throw refusal(late[0]!.code, late[0]!.message);
    const documents = documentsOf(next.bytes);
    const again = late.map(({ index }) => documents[index]!);
    const half = Math.ceil(again.length / 2);
    const halves = [again.slice(0, half), again.slice(half)].filter((part) => part.length > 0);
    waiting.unshift(...halves.map((part) => ({ bytes: Buffer.concat(part), documents: part.length })));
    await sleep(Math.max(waitMs, ...late.map(({ message }) => askedMs(message) ?? 0)), undefined, { signal });
    waitMs = Math.min(mostWaitMs, waitMs * 2);
  }
};
