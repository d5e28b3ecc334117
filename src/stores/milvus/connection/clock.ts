import { isDrError } from '../../../domain/errors.ts';
import type { Instant } from '../../../domain/words.ts';
import type { Operation } from './session.ts';

/** Milliseconds since 1970 are above the 18 bits of a timestamp's counter. */
export const instantOf = (timestamp: string | number): Instant =>
  new Date(Number(BigInt(timestamp) >> 18n)).toISOString();

/**
 * The server's own time, from the oracle that orders its writes. Milvus Lite has none and runs beside whoever asks: its time is
 * ours.
 */
export const readClock = async (operation: Operation): Promise<{ at: Instant; skewMs: number }> => {
  const before = Date.now();
  try {
    const { timestamp } = await operation.call('AllocTimestamp', {});
    const ours = (before + Date.now()) / 2;
    const at = instantOf(timestamp);
    return { at, skewMs: Math.round(ours - Date.parse(at)) };
  } catch (error) {
    if (!isDrError(error) || !['not-supported', 'no-permission'].includes(error.kind)) throw error;
    return { at: new Date(before).toISOString(), skewMs: 0 };
  }
};
