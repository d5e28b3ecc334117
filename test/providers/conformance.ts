import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DrError } from '../../src/domain/errors.ts';
import type { PlaceSpec } from '../../src/domain/words.ts';
import type { Provider } from '../../src/providers/port.ts';
import type { Resolve } from '../../src/providers/spec-of.ts';

/** What a provider of new databases supplies so that the suite can run over it. */
export interface DatabaseHarness {
  kind: PlaceSpec['kind'];
  make(resolve: Resolve): Provider;
  /** No server and no sessions, so nothing that lingers. */
  isInProcess?: true;
  start(): Promise<DatabaseLab>;
}
export interface DatabaseLab {
  /** The URL of the server on which places are made. */
  server: string;
  /** Puts something into a place, and says whether it is still there, without the provider. */
  fill(url: string): Promise<void>;
  isFilled(url: string): Promise<boolean>;
  /** A session that stays open in the place, as a forgotten client would. Without it that test counts as not run. */
  linger?(url: string): Promise<AsyncDisposable>;
  stop(): Promise<void>;
}

/** Resolves the references of a test and no others. */
export const resolver =
  (secrets: Readonly<Record<string, string>>): Resolve =>
  async (ref) => {
    const secret = secrets[ref];
    if (secret !== undefined) return secret;
    throw new DrError('missing', `no secret at ${ref}`, 'set it');
  };

/** Every promise of `src/providers/port.ts`, over a provider of new databases. */
export const databaseConformance = (harness: DatabaseHarness): void => {
  describe(`provider of ${harness.kind} databases`, () => {
    let lab: DatabaseLab;
    let provider: Provider;
    beforeAll(async () => {
      lab = await harness.start();
      provider = harness.make(
        resolver({ 'env:SERVER': lab.server, 'env:NONSENSE': 'nonsense://someone:s3cret-word@x' }),
      );
    });
    afterAll(() => lab?.stop());

    const place = (more: object = {}): PlaceSpec => {
      const database = `beside_${randomUUID().replaceAll('-', '')}`;
      const id = `orders-db/beside-${database.slice(-6)}`;
      const { kind } = harness;
      return {
        id,
        target: 'orders-db',
        kind,
        role: 'beside',
        provider: 'database',
        server: 'env:SERVER',
        database,
        ...more,
      } as PlaceSpec;
    };

    test('a place is absent until it is provided, and absent again once it is discarded', async () => {
      const spec = place();
      expect(await provider.describe(spec)).toBe('absent');
      await provider.provide(spec);
      expect(await provider.describe(spec)).toBe('ready');
      await lab.fill(await provider.url(spec));
      await provider.discard(spec);
      expect(await provider.describe(spec)).toBe('absent');
    });

    test('providing again finds what was made and keeps what is in it', async () => {
      const spec = place();
      await Promise.all([provider.provide(spec), provider.provide(spec)]);
      const url = await provider.url(spec);
      await lab.fill(url);
      await provider.provide(spec);
      expect(await lab.isFilled(url)).toBe(true);
      await provider.discard(spec);
    });

    test('discarding what is not there is fine, twice at once too', async () => {
      const spec = place();
      await provider.discard(spec);
      await provider.provide(spec);
      await Promise.all([provider.discard(spec), provider.discard(spec)]);
      await provider.discard(spec);
      expect(await provider.describe(spec)).toBe('absent');
    });

    test('a place provided anew after a discard is empty', async () => {
      const spec = place();
      await provider.provide(spec);
      const url = await provider.url(spec);
      await lab.fill(url);
      await provider.discard(spec);
      await provider.provide(spec);
      expect(await lab.isFilled(url)).toBe(false);
      await provider.discard(spec);
    });

    test('places do not touch each other', async () => {
      const [one, two] = [place(), place({ role: 'scratch' })];
      await Promise.all([provider.provide(one), provider.provide(two)]);
      const [first, second] = [await provider.url(one), await provider.url(two)];
      expect(first).not.toBe(second);
      await lab.fill(first);
      expect(await lab.isFilled(second)).toBe(false);
      await provider.discard(two);
      expect(await lab.isFilled(first)).toBe(true);
      await provider.discard(one);
    });

    test('hostile names of databases stay inside the server', async () => {
      for (const database of ['with "quotes"', "o'clock; drop", '../escape', 'a/b?c#d', 'UPPER', 'ünï 雪']) {
        const spec = place({ database });
        await provider.discard(spec);
        await provider.provide(spec);
        const url = await provider.url(spec);
        await lab.fill(url);
        expect(await lab.isFilled(url), database).toBe(true);
        await provider.discard(spec);
        expect(await provider.describe(spec), database).toBe('absent');
      }
    });

    test('a primary or a standby is neither made nor removed', async () => {
      const made = place();
      await provider.provide(made);
      for (const role of ['primary', 'standby']) {
        const spec = { ...made, role } as PlaceSpec;
        await expect(provider.discard(spec)).rejects.toMatchObject({
          kind: 'refused',
          hint: expect.stringMatching(/\w/),
        });
        await expect(provider.provide(spec)).rejects.toMatchObject({ kind: 'refused' });
      }
      expect(await provider.describe(made)).toBe('ready');
      await provider.discard(made);
    });

    test('a secret that is not there is missing, and a server that is none is bad input without its password', async () => {
      await expect(provider.url(place({ server: 'env:UNSET' }))).rejects.toMatchObject({ kind: 'missing' });
      const error = await provider.provide(place({ server: 'env:NONSENSE' })).then(
        () => null,
        (caught: unknown) => caught as DrError,
      );
      expect(error).toMatchObject({ kind: 'bad-input' });
      expect(`${error?.message} ${error?.hint}`).not.toContain('s3cret-word');
    });

    test('a place of another provider is bad input', async () => {
      const other: PlaceSpec = { ...place(), provider: 'existing', url: 'env:SERVER' };
      for (const call of [provider.provide, provider.describe, provider.url, provider.discard]) {
        await expect(call(other)).rejects.toMatchObject({ kind: 'bad-input' });
      }
    });

    if (harness.isInProcess) return;

    test('a forgotten session does not keep a place from being discarded', async ({ skip }) => {
      if (lab.linger === undefined) return skip('the harness has no sessions');
      const spec = place();
      await provider.provide(spec);
      await using _session = await lab.linger(await provider.url(spec));
      await provider.discard(spec);
      expect(await provider.describe(spec)).toBe('absent');
    });
  });
};
