import { setTimeout as pause } from 'node:timers/promises';
import type { Canary } from '../../domain/loss.ts';
import type { Kind } from '../../stores/port.ts';
import type { Vault } from '../../vault/port.ts';
import { following } from './shop/following.ts';

interface Options {
  kind: Kind<unknown>;
  vault: Vault;
  target: string;
  /** Asked before every write: follows a switch. */
  url(): Promise<string>;
  everyMs?: number;
}

/**
 * Writes one numbered canary after the other into the place users reach now, and tells the vault's ledger of each that
 * the store acknowledged. A failed write is tried again with the same number; a gap in the numbers is never made.
 * Killed between the two, it leaves a canary that the ledger does not know: that is no loss.
 */
export const keepWritingCanaries = ({ kind, vault, target, url, everyMs = 1_000 }: Options) => {
  const stopping = new AbortController();
  let latest: Canary | null = null;
  let acknowledgedAt: number | null = null;

  /** A number that was lost is never used again: the ledger counts too. */
  const newestKnown = async (): Promise<number> => (await vault.canaries.ledger(target)).at(-1)?.seq ?? 0;

  const work = { signal: stopping.signal, beat: () => undefined, parallel: 1 };
  /** Open for as long as it serves: a place that fails, or that users are led away from, is opened anew. */
  const place = following(url, async (address) => {
    const open = await kind.open(address, work);
    return { canary: open.can.canary, close: async () => open[Symbol.asyncDispose]() };
  });

  const writeOne = async (): Promise<void> => {
    const { canary } = await place.get();
    if (canary === undefined) return;
    const highest = latest?.seq ?? Math.max(0, await newestKnown(), (await canary.present()).at(-1) ?? 0);
    const written = await canary.write(highest + 1);
    await vault.canaries.acknowledge(target, [written]);
    latest = written;
    acknowledgedAt = Date.now();
  };

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await writeOne().catch(() => place.close());
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = loop();

  return {
    latest: () => latest,
    /** Time since the latest acknowledged canary; null before the first. */
    ageMs: () => (acknowledgedAt === null ? null : Date.now() - acknowledgedAt),
    stop: async () => {
      stopping.abort();
      await running;
      await place.close();
    },
  };
};
