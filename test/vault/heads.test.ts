import { describe, expect, it } from 'vitest';
import { openHeads } from '../../src/vault/heads.ts';
import { openKeyring } from '../../src/vault/keyring.ts';
import { newVault } from './new-vault.ts';

const target = 'orders-db';

describe('the records of published sets', () => {
  it('are numbered without gaps by any number of writers, one for each set', async () => {
    await using at = await newVault();
    const writers = Array.from({ length: 5 }, () => openHeads(at.backend, openKeyring(at.backend, at.key)));
    const sets = Array.from({ length: 10 }, (_, n) => `20260131T02000${n}Z-abcdef`);
    await Promise.all(sets.map((set, n) => writers[n % 5]!.append(target, set, `digest of ${set}`)));
    for (const heads of writers) await heads.append(target, sets[0]!, `digest of ${sets[0]}`);
    const { heads, missing } = await writers[0]!.of(target);
    expect(missing).toBeNull();
    expect(heads.map(({ sequence }) => sequence)).toEqual([...sets.keys()]);
    expect(heads.map(({ set }) => set).sort()).toEqual(sets);
  });

  it('go on after the last number when one is gone, and say which is', async () => {
    await using at = await newVault();
    const heads = openHeads(at.backend, openKeyring(at.backend, at.key));
    for (const n of [0, 1, 2]) await heads.append(target, `set-${n}`, `${n}`);
    await at.backend.remove(`audit/heads/${target}/00000001.json`);
    const other = openHeads(at.backend, openKeyring(at.backend, at.key));
    await other.append(target, 'set-3', '3');
    expect((await other.of(target)).missing).toBe(1);
    expect((await other.of(target)).heads.map(({ sequence }) => sequence)).toEqual([0, 2, 3]);
  });
});
