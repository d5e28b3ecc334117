import { MilvusClient, type ResStatus } from '@zilliz/milvus2-sdk-node';
import { startMilvus } from '../src/local/components/milvus.ts';
import { sayOnStderr } from '../src/local/components/say.ts';
import { dr, restoreTo } from './product.ts';
import { type Measure, type Round, tell } from './scenes.ts';
import { openRuns } from './through-temporal.ts';
import { openWorkspace } from './workspace.ts';

const rows = 100_000;
const dimensions = 384;
const batch = 1_000;
/** Read back at once: the server looks at every row for every query. */
const checkedAtOnce = 10_000;
const index = { index_type: 'HNSW', metric_type: 'COSINE', params: { M: 16, efConstruction: 100 } } as const;

interface Document {
  id: number;
  text: string;
  vector: number[];
}

/** The same documents in every run: numbers of a linear congruential generator, as floats of 32 bits. */
const documents = (from: number, count: number): Document[] =>
  Array.from({ length: count }, (_, n) => {
    let state = (from + n) * 2_654_435_761 + 1;
    const next = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return Math.fround(state / 0x7fffffff - 0.5);
    };
    return { id: from + n, text: `document ${from + n}`, vector: Array.from({ length: dimensions }, next) };
  });

const done = async <T extends ResStatus | { status: ResStatus }>(answer: Promise<T>): Promise<T> => {
  const given = await answer;
  const { error_code, reason } = 'status' in given ? given.status : given;
  if (error_code !== 'Success') throw new Error(`${error_code}: ${reason}`);
  return given;
};

const drop = async (client: MilvusClient, begin: string): Promise<void> => {
  const { data } = await done(client.showCollections());
  for (const { name } of data) {
    if (name.startsWith(begin)) await done(client.dropCollection({ collection_name: name }));
  }
};

/** What one would write without the product: insert, seal, index, load. Seconds of what the server is asked for. */
const insertLoop = async (client: MilvusClient, collection_name: string): Promise<number> => {
  let milliseconds = 0;
  const timed = async (body: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await body();
    milliseconds += performance.now() - began;
  };
  await timed(() =>
    done(
      client.createCollection({
        collection_name,
        fields: [
          { name: 'id', data_type: 'Int64', is_primary_key: true },
          { name: 'text', data_type: 'VarChar', max_length: 100 },
          { name: 'vector', data_type: 'FloatVector', dim: dimensions },
        ],
      } as never),
    ),
  );
  for (let at = 0; at < rows; at += batch) {
    const data = documents(at, batch);
    await timed(() => done(client.insert({ collection_name, data } as never)));
  }
  await timed(async () => {
    await client.flushSync({ collection_names: [collection_name] });
    await done(client.createIndex({ collection_name, field_name: 'vector', ...index }));
    await done(client.loadCollectionSync({ collection_name }));
  });
  return milliseconds / 1000;
};

/** @throws Error when a row is not as it was made */
const checkRows = async (client: MilvusClient, collection_name: string): Promise<void> => {
  for (let at = 0; at < rows; at += checkedAtOnce) {
    const end = at + checkedAtOnce;
    const filter = `id >= ${at} and id < ${end}`;
    const { data } = await done(client.query({ collection_name, filter, output_fields: ['*'], limit: checkedAtOnce }));
    const found = data.map(({ id, text, vector }) => ({ id: Number(id), text, vector })).sort((a, b) => a.id - b.id);
    if (JSON.stringify(found) !== JSON.stringify(documents(at, checkedAtOnce))) {
      throw new Error(`rows ${at} to ${end} of ${collection_name} are not equal`);
    }
  }
};

/**
 * A restore to searchable beside a bare loop of the official client, in turns on one server. Every copy is compared with what
 * was made. The first round warms up and does not count.
 * @throws Error when a copy is not equal
 */
export const playMilvus = async (
  rounds: number,
  say: (line: string) => void,
  isWanted: (measure: Measure) => boolean,
): Promise<Round[]> => {
  await using undo = new AsyncDisposableStack();
  const server = await startMilvus({ say: sayOnStderr });
  undo.defer(() => server.stop());
  const urlOf = (begin: string): string => `milvus://127.0.0.1:${server.port}?collections=${begin}`;
  const workspace = undo.use(
    await openWorkspace('milvus', ['vectors'], {
      SERVER: `milvus://127.0.0.1:${server.port}`,
      VECTORS: urlOf('source_'),
      BACK: urlOf('back_'),
    }),
  );
  const channelOptions = { 'grpc.keepalive_time_ms': 300_000, 'grpc.keepalive_permit_without_calls': 0 };
  const client = new MilvusClient({
    address: `127.0.0.1:${server.port}`,
    logLevel: 'error',
    timeout: 3_600_000,
    channelOptions,
  });
  undo.defer(async () => void (await client.closeConnection()));
  await client.connectPromise;

  say('milvus: making the data');
  await insertLoop(client, 'source_documents');
  await dr(workspace, 'snapshot', 'vectors');
  await using runs = isWanted('throughTemporal') ? await openRuns(workspace) : null;
  const played: Round[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const restored = await restoreTo(workspace, 'vectors');
    await checkRows(client, 'back_documents');
    await drop(client, 'back_');
    const round: Partial<Record<Measure, number>> = { restore: restored.seconds, ready: restored.ready };
    if (isWanted('insertLoop')) {
      round.insertLoop = await insertLoop(client, 'loop_documents');
      await drop(client, 'loop_');
    }
    if (runs !== null) round.throughTemporal = await runs.drill('vectors');
    say(tell('milvus', n, rounds, round));
    if (n > 0) played.push(round as Round);
  }
  return played;
};
