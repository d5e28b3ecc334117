import { stat } from 'node:fs/promises';
import type { Held, StockFormat } from '../../stores/look.ts';
import type { Work } from '../../stores/port.ts';
import type { Manifest } from '../../vault/port.ts';

/** Plain bytes of what is selected, or, for a compressed file, what the vault's own compression made of them. */
export const expectedBytes = ({ streams }: Manifest, selected: readonly Held[], format: StockFormat): number => {
  const plain = selected.reduce((sum, { bytes }) => sum + bytes, 0);
  if (format === 'plain') return plain;
  const chunks = new Map(
    Object.values(streams).flatMap((one) => one.chunks.map((chunk) => [chunk.name, chunk] as const)),
  );
  const [bytes, stored] = [...chunks.values()].reduce(
    ([a, b], chunk) => [a + chunk.bytes, b + chunk.storedBytes],
    [1, 1],
  );
  return Math.round((plain * stored) / bytes);
};

/** Shows how far a file is that somebody else writes. */
export const watchFile = (file: string, { beat }: Work, totalBytes: number): Disposable => {
  const look = (): Promise<void> =>
    stat(file).then(
      ({ size }) => beat({ says: 'exporting', bytes: size, totalBytes: Math.max(size, totalBytes) }),
      () => {},
    );
  const clock = setInterval(look, 500);
  clock.unref();
  return { [Symbol.dispose]: () => clearInterval(clock) };
};
