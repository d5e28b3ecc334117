import { expect, test } from 'vitest';
import { compareFingerprints, type Difference } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { redis } from '../../../src/stores/redis/index.ts';
import { until } from '../../support/until.ts';
import { writerOf } from '../conformance/bench.ts';
import { connected } from './lab.ts';
import { openAt, ownServer, type Taken, take } from './places.ts';

const restored = async (url: string, { meta, vault, snapshot }: Taken) => {
  const place = await openAt(url);
  const by = writerOf();
  await place.begin(by, meta);
  for (const stage of stages) for (const unit of redis.units(meta, stage)) await place.restore(unit, meta, vault, by);
  const proof = () => place.prove(by, meta, snapshot.fingerprint);
  const differences = async (): Promise<Difference[]> => {
    const { expected, found } = await proof();
    return compareFingerprints(expected, found);
  };
  return { proof, differences };
};

const fill = (url: string, now: number): Promise<unknown> =>
  connected(url, async (client) => {
    await client.set('session:past', 'x', 'PXAT', now + 2_500);
    await client.set('session:hour', 'x', 'PXAT', now + 3_600_000);
    await client.set('session:day', 'x', 'PXAT', now + 86_400_123);
    await client.set('session:never', 'x');
    await client.set('other:1', 'x');
  });

for (const [where, at, databases] of [
  ['a whole server', '', ''],
  ['one database', '/0', '/4'],
] as const) {
  test(`keys that expire meanwhile are on neither side and counted; all others keep their instant: ${where}`, async () => {
    const source = await ownServer();
    const now = Date.now();
    await fill(source.url, now);
    const taken = await take(`${source.url}${at}`);
    expect(Object.values(taken.meta.expiring).flat()).toHaveLength(3);
    await until('it has expired', async () => Date.now() > now + 2_600);

    const target = await ownServer();
    const { proof, differences } = await restored(`${target.url}${databases}`, taken);
    expect(await differences()).toEqual([]);
    const { expected } = await proof();
    const said = Object.keys(expected.objects).find((name) => name.includes('not compared'))!;
    expect(said).toMatch(/session \(expires before 20..-.*: not compared\)/);
    expect(expected.objects[said]!.rows).toBe(1);

    const client = <T>(body: Parameters<typeof connected<T>>[1]): Promise<T> =>
      connected(`${target.url}${databases}`, body);
    expect(await client((one) => one.call('PEXPIRETIME', 'session:day') as Promise<number>)).toBe(now + 86_400_123);
    await client((one) => one.pexpireat('session:day', now + 86_400_124));
    expect(await differences()).toMatchObject([{ object: at === '' ? 'db0/session' : 'session', what: 'content' }]);
    await client((one) => one.pexpireat('session:day', now + 86_400_123));
    expect(await differences()).toEqual([]);
    await client((one) => one.persist('session:hour'));
    expect(await differences()).toHaveLength(1);
    await client((one) => one.pexpireat('session:hour', now + 3_600_000));
    await client((one) => one.del('session:hour'));
    expect(await differences()).toMatchObject([{ what: 'rows' }]);
  });
}

test('what has expired and is still in memory is in no set', async () => {
  const { url } = await ownServer();
  await connected(url, async (client) => {
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    await client.set('gone:1', 'x', 'PX', 1);
    await client.set('there:1', 'x');
    await until('its time is over', async () => (await client.call('PTTL', 'gone:1')) !== null && Date.now() > 0);
  });
  const now = Date.now();
  await until('a moment later', async () => Date.now() > now + 20);
  const taken = await take(url);
  expect(Object.keys(taken.snapshot.fingerprint.objects)).toEqual(['db0/there']);
});
