import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { Progress } from '../stores/port.ts';
import { estimate, recent, type Sample } from './estimate.ts';
import type { Terminal } from './terminal.ts';

/** On a terminal one line is redrawn this often; elsewhere a line is added this often. */
const redrawMs = 250;
const addLineMs = 5000;

/** Shows how far long work is. Cheap to feed: it draws by clock, so that work that stalls is seen to stall. */
export interface Meter extends Disposable {
  beat(progress: Progress): void;
}

/** `restoring public.orders: 1.2 GB of 3 GB (40 %), 85 MB/s, 21s left` */
export const sayProgress = (progress: Progress, samples: readonly Sample[], nowMs: number): string => {
  const { says, bytes, totalBytes } = progress;
  const { bytesPerSecond, leftMs } = estimate(samples, totalBytes, nowMs);
  if (bytes === 0 && totalBytes === null) return says;
  const percent = totalBytes ? ` (${Math.min(100, Math.floor((100 * bytes) / totalBytes))} %)` : '';
  const amount = totalBytes === null ? prettyBytes(bytes) : `${prettyBytes(bytes)} of ${prettyBytes(totalBytes)}`;
  const rate = bytesPerSecond > 0 ? `, ${prettyBytes(Math.round(bytesPerSecond))}/s` : ', nothing moves';
  const left =
    leftMs === null || leftMs === 0 ? '' : `, ${prettyMilliseconds(leftMs, { secondsDecimalDigits: 0 })} left`;
  return `${says}: ${amount}${percent}${rate}${left}`;
};

/** Draws on the terminal's human stream until disposed; leaves no half line behind. */
export const startMeter = (terminal: Terminal, now: () => number = () => performance.now()): Meter => {
  let progress: Progress | null = null;
  let samples: Sample[] = [];
  const draw = (): void => {
    if (progress === null) return;
    samples = [...recent(samples, now()), { atMs: now(), bytes: progress.bytes }];
    terminal.show(sayProgress(progress, samples, now()));
  };
  const clock = setInterval(draw, terminal.isInteractive ? redrawMs : addLineMs);
  clock.unref();
  return {
    beat: (next) => {
      const isOther = progress === null || progress.totalBytes !== next.totalBytes || next.bytes < progress.bytes;
      if (isOther) samples = [{ atMs: now(), bytes: next.bytes }];
      progress = next;
    },
    [Symbol.dispose]: () => {
      clearInterval(clock);
      terminal.clear();
    },
  };
};
