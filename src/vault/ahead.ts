import { throwIfAborted } from './interrupted.ts';
import type { Slots } from './slots.ts';

/**
 * Loads items in order and up to as many ahead as there are free permits. The item that is due needs none, so a stream
 * that is being read always moves, however many are open. Left early, it stops what it had begun.
 * @throws what `load` throws, in the order of the items; DrError `interrupted` once the signal is aborted
 */
export async function* ahead<Item, Loaded>(
  items: Iterable<Item>,
  load: (item: Item, signal: AbortSignal) => Promise<Loaded>,
  permits: Slots,
  signal: AbortSignal,
): AsyncGenerator<Loaded> {
  const left = new AbortController();
  const stop = (): void => left.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const begun: { loaded: Promise<Loaded>; holdsPermit: boolean }[] = [];
  const iterator = items[Symbol.iterator]();
  const begin = (holdsPermit: boolean): boolean => {
    const next = iterator.next();
    if (next.done) return false;
    const loaded = load(next.value, left.signal);
    loaded.catch(() => {});
    begun.push({ loaded, holdsPermit });
    return true;
  };
  const give = (one: { holdsPermit: boolean }): void => {
    if (one.holdsPermit) permits.give();
    one.holdsPermit = false;
  };
  try {
    for (;;) {
      if (begun.length === 0 && !begin(false)) return;
      while (permits.tryTake()) {
        if (begin(true)) continue;
        permits.give();
        break;
      }
      const due = begun[0]!;
      const loaded = await due.loaded;
      throwIfAborted(signal);
      begun.shift();
      give(due);
      yield loaded;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    left.abort();
    for (const one of begun) give(one);
  }
}
