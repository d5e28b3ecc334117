import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What befalls calls on their way. `status` is answered in the answer, as Milvus does; `grpc` instead of an answer. */
export interface Trouble {
  /** `Insert`, `Query`: the name of the call. */
  method: string;
  /** How many calls it befalls; after `skip` of them. */
  times: number;
  skip?: number;
  does:
    | { grpc: number; says: string }
    | { status: { code: number; reason: string }; isBare?: boolean }
    | { version: string }
    | { count: number }
    | { first: () => Promise<unknown> };
}

export interface TroubledServer {
  url: string;
  troubles: Trouble[];
  /** Names of the calls, in order. */
  calls: string[];
  stop(): void;
}

const varint = (n: number): number[] => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...varint(n >>> 7)]);
const sized = (field: number, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(body.length)]), body]);

/** `common.Status` of milvus-proto: the old code 1, the reason, the code. */
const statusBytes = ({ code, reason }: { code: number; reason: string }): Buffer =>
  Buffer.concat([Buffer.from([0x08, 1]), sized(2, Buffer.from(reason)), Buffer.from([0x18, ...varint(code)])]);

const answer = (stream: ServerHttp2Stream, message: Buffer): void => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([head, message]));
};

const suffer = (stream: ServerHttp2Stream, does: Exclude<Trouble['does'], { first: unknown }>): void => {
  if ('grpc' in does) {
    const headers = { ':status': 200, 'content-type': 'application/grpc' };
    stream.respond({ ...headers, 'grpc-status': String(does.grpc), 'grpc-message': does.says }, { endStream: true });
  } else if ('count' in does) {
    const scalars = sized(3, sized(1, Buffer.from(varint(does.count))));
    const field = Buffer.concat([Buffer.from([0x08, 5]), sized(2, Buffer.from('count(*)')), sized(3, scalars)]);
    answer(stream, Buffer.concat([sized(1, Buffer.alloc(0)), sized(2, field)]));
  } else if ('version' in does) {
    answer(stream, Buffer.concat([sized(1, Buffer.alloc(0)), sized(2, Buffer.from(does.version))]));
  } else answer(stream, does.isBare ? statusBytes(does.status) : sized(1, statusBytes(does.status)));
};

const forward = (stream: ServerHttp2Stream, headers: object, to: ClientHttp2Session): void => {
  const sent = to.request({ ...headers, ':authority': undefined });
  let trailers: Record<string, string> = {};
  sent.on('response', (found, flags) => {
    if (stream.destroyed) return;
    const isWhole = (flags & 1) !== 0;
    stream.respond(found, { waitForTrailers: !isWhole, endStream: isWhole });
    if (!isWhole) sent.pipe(stream);
  });
  sent.on('trailers', (found) => {
    trailers = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)]));
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  for (const [one, other] of [
    [sent, stream],
    [stream, sent],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('aborted', () => other.destroy());
  }
  stream.pipe(sent);
};

/** A Milvus server behind a wire on which calls meet troubles. */
export const troubledServer = async (server: string): Promise<TroubledServer> => {
  const { hostname, port, pathname } = new URL(server);
  const far = connect(`http://${hostname}:${port}`);
  far.on('error', () => {});
  const troubles: Trouble[] = [];
  const calls: string[] = [];
  const near = createServer();
  const sessions = new Set<{ destroy(): void }>();
  near.on('session', (session) => sessions.add(session));
  near.on('stream', async (stream, headers) => {
    const method = String(headers[':path']).split('/').at(-1)!;
    calls.push(method);
    stream.on('error', () => {});
    const trouble = troubles.find((one) => one.method === method && one.times > 0);
    if (trouble !== undefined && (trouble.skip ?? 0) > 0) trouble.skip! -= 1;
    else if (trouble !== undefined) {
      trouble.times -= 1;
      if (!('first' in trouble.does)) return suffer(stream, trouble.does);
      await trouble.does.first();
    }
    forward(stream, headers, far);
  });
  near.listen(0, '127.0.0.1');
  await once(near, 'listening');
  return {
    url: `milvus://someone:s3cret-word@127.0.0.1:${(near.address() as AddressInfo).port}${pathname}`,
    troubles,
    calls,
    stop() {
      for (const session of sessions) session.destroy();
      near.close();
      far.destroy();
    },
  };
};
