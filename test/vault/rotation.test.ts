import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVaultKey } from '../../src/vault/data-key.ts';
import { rotateVaultKey } from '../../src/vault/rotate-vault-key.ts';
import { kindOf } from './backend-conformance.ts';
import { bytesOf, keysOf, newVault, nextSet, of, publish, quiet, rows, takeSet } from './new-vault.ts';

const newKey = { name: '2026-07', bytes: randomBytes(32) };

describe('encryption at rest (B6)', () => {
  it('leaves no content readable anywhere in the vault', async () => {
    await using at = await newVault();
    const secret = 'ana.kovac@example.org';
    const writer = await at.vault.write('orders-db', nextSet(), quiet());
    await writer.write('small', of(Buffer.from(secret)));
    await writer.write('large', of(Buffer.from(secret.repeat(20_000)), randomBytes(1_000_000), Buffer.from(secret)));
    await publish(writer, { meta: { note: secret } });
    for (const key of await keysOf(at.backend)) {
      const bytes = Buffer.from(await at.backend.get(key));
      expect(bytes.includes(secret), key).toBe(false);
      expect(bytes.includes(Buffer.from(at.key.bytes)), key).toBe(false);
    }
  });

  it('uses no nonce twice, even for equal content of two targets', async () => {
    await using at = await newVault();
    for (const target of ['one', 'two'])
      await takeSet(at.vault, { a: rows(9 * 1024 * 1024), b: rows(10, 2) }, { target });
    const chunks = await keysOf(at.backend, 'chunks');
    const nonces = await Promise.all(
      chunks.map(async (key) =>
        Buffer.from(await at.backend.get(key))
          .subarray(36, 48)
          .toString('hex'),
      ),
    );
    expect(new Set(nonces).size).toBe(chunks.length);
  });
});

describe('rotating the vault key (B6)', () => {
  it('wraps every data key again and touches nothing else', async () => {
    await using at = await newVault();
    const taken = await takeSet(at.vault, { a: rows(1000) });
    await takeSet(at.vault, { a: rows(1000) }, { target: 'other-db' });
    const before = await keysOf(at.backend);
    expect(await rotateVaultKey(at.backend, at.key, newKey)).toEqual({ rewrapped: 3, keys: 3 });
    const added = (await keysOf(at.backend)).filter((key) => !before.includes(key));
    expect(added).toEqual(['_vault', 'orders-db', 'other-db'].map((scope) => `keys/${scope}/1/00000002.json`));
    const vault = await at.reopen(newKey);
    const reader = await vault.open('orders-db', taken.manifest.set, quiet());
    expect((await bytesOf(reader.read('a'))).equals(rows(1000))).toBe(true);
    expect(reader.digest).toBe(taken.digest);
    expect(await at.vault.once('x')).toBe(true);
    expect(await vault.once('x')).toBe(false);
  });

  it('goes on where it was interrupted, and can be repeated', async () => {
    await using at = await newVault();
    await takeSet(at.vault, { a: rows(10) });
    let left = 1;
    const dying = {
      ...at.backend,
      create: async (key: string, body: Uint8Array) => {
        left -= 1;
        if (left < 0) throw new Error('killed here');
        return at.backend.create(key, body);
      },
    };
    await expect(rotateVaultKey(dying, at.key, newKey)).rejects.toThrow('killed here');
    expect(await rotateVaultKey(at.backend, at.key, newKey)).toEqual({ rewrapped: 1, keys: 2 });
    expect(await rotateVaultKey(at.backend, at.key, newKey)).toEqual({ rewrapped: 0, keys: 2 });
    await (await at.reopen(newKey)).sets('orders-db');
  });

  it('lets the old key go: once its wraps are removed it opens nothing', async () => {
    await using at = await newVault();
    const taken = await takeSet(at.vault, { a: rows(10) });
    await rotateVaultKey(at.backend, at.key, newKey);
    for (const key of await keysOf(at.backend, 'keys')) if (key.endsWith('1.json')) await at.backend.remove(key);
    const refused = await at.reopen().catch((error) => error);
    expect(refused).toMatchObject({ kind: 'wrong-key', message: expect.stringContaining('"2026-07"') });
    const reader = await (await at.reopen(newKey)).open('orders-db', taken.manifest.set, quiet());
    expect((await bytesOf(reader.read('a'))).equals(rows(10))).toBe(true);
  });

  it('refuses to begin with a key that does not open the vault', async () => {
    await using at = await newVault();
    const wrong = { name: '2026-01', bytes: randomBytes(32) };
    expect(await kindOf(rotateVaultKey(at.backend, wrong, newKey))).toBe('wrong-key');
    expect(await keysOf(at.backend, 'keys')).toHaveLength(1);
  });
});

describe('a vault key', () => {
  it('is 32 bytes in hexadecimal or base64, with or without a line end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const key = Buffer.from(bytes);
        for (const text of [key.toString('hex'), `${key.toString('base64')}\n`, key.toString('hex').toUpperCase()]) {
          expect(Buffer.from(parseVaultKey(text)).equals(key)).toBe(true);
        }
      }),
    );
  });

  it('of another size is refused, and not repeated in the error', () => {
    for (const text of ['', 'secret', 'ab'.repeat(31), 'a'.repeat(63), randomBytes(33).toString('base64')]) {
      expect(() => parseVaultKey(text)).toThrow(/must be 32 bytes/);
      if (text !== '') expect(() => parseVaultKey(text)).not.toThrow(new RegExp(text.replace(/[+/=]/g, '.')));
    }
  });
});
