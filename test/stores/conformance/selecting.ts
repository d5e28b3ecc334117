import { expect, test } from 'vitest';
import type { RestoreSelection } from '../../../src/domain/data.ts';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import type { Place, Writer } from '../../../src/stores/port.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { type Bench, sorted, throughJson, writerOf } from './bench.ts';
import type { Harness } from './harness.ts';

/** What does not apply to an adapter is no test of it. */
const testIf = (applies: boolean, name: string, body: () => Promise<void>): void => {
  if (applies) test(name, body);
};

/** What is selected is done and proven, or refused by name before anything is changed: nothing is passed over. */
export const selecting = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  const { parts, existing, owners } = harness.selects;
  const names = (...objects: string[]): string[] => objects.map(harness.nameOf);
  const some = ['orders', 'twins', 'st*r', '__proto__'];
  const asking = (selection: RestoreSelection): Writer => ({ ...writerOf(), selection });

  /** Begins, restores and proves; the writer has not ended. */
  const bring = async (place: Place<Meta>, by: Writer): Promise<void> => {
    const { original, restoreAll } = bench();
    await place.begin(by, original.meta);
    await restoreAll(place, original.meta, original.vault, by);
    const { expected, found } = await place.prove(by, original.meta, original.snapshot.fingerprint);
    expect(compareFingerprints(expected, found)).toEqual([]);
  };

  const refused = async (selection: RestoreSelection): Promise<void> => {
    const { original, target } = bench();
    const { place } = await target();
    const error = { kind: 'not-supported', message: expect.stringMatching(/\w/), hint: expect.stringMatching(/\w/) };
    expect(() => harness.kind.explain(original.meta, selection)).toThrow(expect.objectContaining(error));
    await expect(place.begin(asking(selection), original.meta)).rejects.toMatchObject(error);
    expect((await place.inspect()).objects).toEqual([]);
  };

  test('what is proven of a part is that part, and changes behind the restore show', async () => {
    const { original, target, lab } = bench();
    const { place, url } = await target();
    const by = asking({ only: names('orders', 'twins') });
    await bring(place, by);
    await lab.put(url, 'orders', original.contents.get('orders')!.slice(1));
    await lab.put(url, 'more', harness.hasNoEmpty ? [['a', null]] : []);
    const { expected, found } = await place.prove(by, original.meta, original.snapshot.fingerprint);
    expect(compareFingerprints(expected, found).map(({ object, what }) => [object, what])).toEqual([
      [harness.nameOf('more'), 'unexpected'],
      [harness.nameOf('orders'), 'rows'],
    ]);
  });

  test('a unit of what the writer does not select is refused', async () => {
    const { original, target, units } = bench();
    const { place } = await target();
    const by = asking({ only: names('orders') });
    await place.begin(by, original.meta);
    const own = new Set(units(original.meta, by.selection).map(({ id }) => id));
    const others = [...units(original.meta, { only: names('twins') }), ...original.units].filter(
      ({ id }) => !own.has(id),
    );
    const foreign = others.find(({ stage }) => stage === 'data') ?? others[0]!;
    await expect(place.restore(foreign, original.meta, original.vault, by)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/selects/),
    });
    expect((await place.inspect()).objects).toEqual([]);
  });

  test('a typo is an error before anything is changed', async () => {
    const { original, target } = bench();
    const { place } = await target();
    for (const selection of [{ only: ['no-such-*'] }, { except: ['*'] }]) {
      expect(() => harness.kind.explain(original.meta, selection)).toThrow(
        expect.objectContaining({ kind: 'no-match' }),
      );
      await expect(place.begin(asking(selection), original.meta)).rejects.toMatchObject({ kind: 'no-match' });
    }
    await place.begin(writerOf(), original.meta);
  });

  testIf(!parts, 'definitions or rows alone are refused by name', async () => {
    await refused({ parts: 'schema' });
    await refused({ parts: 'data' });
    const { original, open } = bench();
    const vault = memoryVault();
    await expect((await open(original.url)).snapshot(vault, { parts: 'schema' })).rejects.toMatchObject({
      kind: 'not-supported',
    });
    expect(vault.streams.size).toBe(0);
  });

  testIf(parts, 'definitions come back alone, and rows into them', async () => {
    const { original, target, lab } = bench();
    const { place, url } = await target();
    const only = names(...some);
    const first = asking({ only, parts: 'schema' });
    await bring(place, first);
    await place.end(first);
    for (const object of some) expect(await lab.rows(url, object)).toEqual([]);

    const rest = asking({ only, parts: 'data' });
    await bring(place, rest);
    await place.end(rest);
    for (const object of some) {
      expect(sorted(await lab.rows(url, object))).toEqual(sorted(original.contents.get(object)!));
    }
    await expect(place.begin(asking({ only, parts: 'data' }), original.meta)).rejects.toMatchObject({
      kind: 'not-empty',
      hint: expect.stringMatching(/--into-existing/),
    });
  });

  testIf(parts, 'rows alone need what they go into', async () => {
    const { original, target } = bench();
    const { place } = await target();
    await expect(place.begin(asking({ parts: 'data' }), original.meta)).rejects.toMatchObject({ kind: 'missing' });
    expect((await place.inspect()).objects).toEqual([]);
  });

  testIf(parts, 'a set of a part is not taken for the whole', async () => {
    const { original, open, target } = bench();
    for (const held of ['schema', 'data'] as const) {
      const vault = memoryVault(4096);
      const source = await open(original.url);
      const taken = await source.snapshot(vault, { only: names('orders'), parts: held });
      const meta = throughJson(taken.meta);
      expect(taken.leftOut.join()).toMatch(held === 'schema' ? /rows/ : /definitions/);
      const { rows } = taken.fingerprint.objects[harness.nameOf('orders')]!;
      expect(rows).toBe(held === 'schema' ? 0 : original.contents.get('orders')!.length);
      const { place } = await target();
      for (const asked of [{}, { parts: held === 'schema' ? 'data' : 'schema' }] as const) {
        expect(() => harness.kind.explain(meta, asked)).toThrow(expect.objectContaining({ kind: 'not-supported' }));
        expect(() => [...harness.kind.units(meta, 'data', asked)]).toThrow(
          expect.objectContaining({ kind: 'not-supported' }),
        );
        await expect(place.begin(asking(asked), meta)).rejects.toMatchObject({ kind: 'not-supported' });
      }
      expect(harness.kind.explain(meta, { parts: held })).toEqual(expect.any(Array));
    }
  });

  testIf(!existing, 'a place that holds other things is refused whatever is asked', () =>
    refused({ into: 'existing' }),
  );

  testIf(existing, 'what is selected comes beside other things, and changes none of them', async () => {
    const { original, target, lab } = bench();
    const { place, url } = await target();
    await lab.put(url, 'theirs', [['keep', 'it']]);
    await lab.put(url, 'orders', [['keep', 'this']]);
    const asked = (object: string): Writer => asking({ only: names(object), into: 'existing' });
    await expect(place.begin(asked('orders'), original.meta)).rejects.toMatchObject({ kind: 'not-empty' });
    const by = asked('twins');
    await bring(place, by);
    await place.end(by);
    expect(await lab.rows(url, 'theirs')).toEqual([['keep', 'it']]);
    expect(await lab.rows(url, 'orders')).toEqual([['keep', 'this']]);
    expect(sorted(await lab.rows(url, 'twins'))).toEqual(sorted(original.contents.get('twins')!));
  });

  testIf(existing && parts, 'rows are added to others once, by whoever begins and however often', async () => {
    const { original, target, open, lab } = bench();
    const { place, url } = await target();
    await lab.put(url, 'twins', [['theirs', null]]);
    const selection = { only: names('twins'), parts: 'data', into: 'existing' } as const;
    const by = asking(selection);
    await bring(place, by);
    const other = await open(url);
    await expect(other.begin(asking(selection), original.meta)).rejects.toMatchObject({ kind: 'refused' });
    await bring(other, by);
    await other.end(by);
    await expect(place.begin(by, original.meta)).rejects.toMatchObject({
      kind: 'refused',
      hint: expect.stringMatching(/--run/),
    });
    const expected = [...original.contents.get('twins')!, ['theirs', null] as const];
    expect(sorted(await lab.rows(url, 'twins'))).toEqual(sorted(expected));
  });

  testIf(!owners, 'owners and rights other than those of the set are refused by name', async () => {
    await refused({ owners: 'drop' });
    await refused({ owners: { old: 'new' } });
    await refused({ privileges: 'drop' });
  });

  testIf(owners, 'owners and rights can be left out', async () => {
    const { original, target, lab } = bench();
    const { place, url } = await target();
    await bring(place, asking({ only: names('orders'), owners: 'drop', privileges: 'drop' }));
    expect(sorted(await lab.rows(url, 'orders'))).toEqual(sorted(original.contents.get('orders')!));
  });
};
