import { createInterface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DrError } from '../domain/errors.ts';

/** Where a command reads and writes: answers go to `out`, everything else that people read to `err`. */
export interface Terminal {
  isInteractive: boolean;
  /** Whether answers go to a screen. */
  isOutInteractive: boolean;
  answer(text: string): void;
  /**
   * Bytes that are the answer themselves, as they come. @throws DrError `interrupted` when nobody reads on, or the signal is
   * aborted
   */
  send(data: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** One line for people. */
  say(text: string): void;
  /** A line that the next one replaces; on a pipe, simply a line. */
  show(text: string): void;
  /** Takes the shown line away. */
  clear(): void;
  /** Asks for one line. Null when nobody answers: the input is at its end, or Ctrl-C was pressed. */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
}

export interface Streams {
  in: Readable;
  out: Writable & { isTTY?: boolean };
  err: Writable & { isTTY?: boolean; columns?: number };
}

const controls = /[\p{Cc}]/gu;

const takeLine = '\r\u001b[2K';

/** `scrub` takes secrets out of every text before it leaves, whoever wrote it. */
export const createTerminal = (streams: Streams, scrub: (text: string) => string): Terminal => {
  const isInteractive = streams.err.isTTY === true;
  let isShown = false;
  const clear = (): void => {
    if (isShown) streams.err.write(takeLine);
    isShown = false;
  };
  return {
    isInteractive,
    isOutInteractive: streams.out.isTTY === true,
    send: async (data, signal) => {
      try {
        await pipeline(Readable.from(data, { objectMode: false }), streams.out, { signal, end: false });
      } catch (error) {
        const isUnread = ['EPIPE', 'ERR_STREAM_DESTROYED'].includes(String((error as NodeJS.ErrnoException).code));
        if (!isUnread && !signal.aborted) throw error;
        throw new DrError('interrupted', 'nobody read on', 'give the command again');
      }
    },
    answer: (text) => {
      clear();
      streams.out.write(scrub(text.endsWith('\n') ? text : `${text}\n`));
    },
    say: (text) => {
      clear();
      streams.err.write(scrub(`${text}\n`));
    },
    show: (text) => {
      const line = scrub(text).replace(controls, ' ');
      if (!isInteractive) streams.err.write(`${line}\n`);
      else streams.err.write(`${takeLine}${line.slice(0, (streams.err.columns ?? 80) - 1)}`);
      isShown = isInteractive;
    },
    clear,
    ask: async (question, signal) => {
      clear();
      const lines = createInterface({ input: streams.in, terminal: false, signal });
      streams.err.write(question);
      try {
        for await (const line of lines) return line.trim();
        return null;
      } finally {
        lines.close();
      }
    },
  };
};
