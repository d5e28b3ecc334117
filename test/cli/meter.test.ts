import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMeter } from '../../src/cli/meter.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

const open = (isTTY: boolean) => {
  const err = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 40 });
  const terminal = createTerminal({ in: new PassThrough(), out: new PassThrough(), err }, (text) =>
    text.replaceAll('s3cret', '***'),
  );
  return { terminal, written: () => String(err.read() ?? '') };
};

describe('progress of long work', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('adds a line every five seconds where nobody looks at a terminal, with rate and time left', () => {
    const { terminal, written } = open(false);
    using meter = startMeter(terminal, Date.now);
    meter.beat({ says: 'restoring', bytes: 0, totalBytes: 30_000_000 });
    vi.advanceTimersByTime(4999);
    expect(written()).toBe('');
    meter.beat({ says: 'restoring', bytes: 10_000_000, totalBytes: 30_000_000 });
    vi.advanceTimersByTime(1);
    expect(written()).toBe('restoring: 10 MB of 30 MB (33 %), 2 MB/s, 10s left\n');
  });

  it('says that nothing moves instead of naming a time', () => {
    const { terminal, written } = open(false);
    using meter = startMeter(terminal, Date.now);
    meter.beat({ says: 'restoring', bytes: 1, totalBytes: 30_000_000 });
    vi.advanceTimersByTime(5000);
    expect(written()).toContain('nothing moves');
  });

  it('redraws one line on a terminal, never wider than it, without secrets, and takes it away', () => {
    const { terminal, written } = open(true);
    const meter = startMeter(terminal, Date.now);
    meter.beat({ says: `table s3cret\n\u001b[31m${'x'.repeat(99)}`, bytes: 5, totalBytes: null });
    vi.advanceTimersByTime(250);
    const line = written();
    const clearLine = '\r\u001b[2K';
    expect(line.startsWith(clearLine)).toBe(true);
    expect(line.slice(clearLine.length)).toMatch(/^table \*\*\* {2}\[31mx+$/);
    expect(line.slice(clearLine.length)).toHaveLength(39);
    meter[Symbol.dispose]();
    expect(written()).toBe('\r\u001b[2K');
    vi.advanceTimersByTime(10_000);
    expect(written()).toBe('');
  });
});
