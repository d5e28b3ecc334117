import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const answerMs = 5_000;
const stallMs = 20_000;

/** Asks an address and gives up after 5 s without an answer. @throws Error when it cannot be reached or answers with an error */
const ask = async (url: string, signal: AbortSignal): Promise<Response> => {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new Error(`${error instanceof Error ? error.message : error}${cause} (${url})`);
  }
};

/** A small answer as text. @throws Error when the address does not answer within 5 s */
export const downloadText = async (url: string): Promise<string> => {
  const response = await ask(url, AbortSignal.timeout(answerMs));
  return response.text();
};

/** Streams an address into a file. @throws Error when no answer comes in 5 s, or no byte for 20 s; the file is incomplete then */
export const downloadFile = async (url: string, file: string): Promise<void> => {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
  const watch = new Transform({
    transform(chunk, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(new Error(`no data for ${stallMs / 1000} s`)), stallMs);
      done(null, chunk);
    },
  });
  try {
    const response = await ask(url, stop.signal);
    if (response.body === null) throw new Error(`${url} answered nothing`);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(file), { signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
};

/** This machine as official downloads name it, for example `linux` and `amd64`. @throws Error on any other machine */
export const downloadPlatform = (): { platform: 'linux' | 'darwin'; arch: 'amd64' | 'arm64' } => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  if (process.platform !== 'linux' && process.platform !== 'darwin')
    throw new Error(`no download for ${process.platform}`);
  if (arch !== 'amd64' && arch !== 'arm64') throw new Error(`no download for ${process.arch}`);
  return { platform: process.platform, arch };
};
