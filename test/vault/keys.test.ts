// Rows B6 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { kindOf } from './backend-conformance.ts';
import { keysOf, newVault, quiet, rows, takeSet } from './new-vault.ts';
import { edit, failureOf, flipped, removeVaults, target, withSet } from './tamper.ts';

afterAll(removeVaults);

describe('keys', () => {
  it('tell a wrong vault key from a damaged data key', async () => {
    const { at, set } = await withSet();
    const wrong = { name: '2026-01', bytes: randomBytes(32) };
    expect(await failureOf(at.reopen(wrong))).toMatchObject({
      kind: 'wrong-key',
      says: expect.stringContaining('2026-01'),
    });
    const kept = `keys/${target}/1/00000001.json`;
    const whole = await readFile(join(at.root, kept));
    for (let where = 0; where < whole.length; where += 7) {
      await edit(at, kept, () => flipped(where)(whole));
      const vault = await at.reopen();
      expect(await kindOf(vault.open(target, set, quiet())), `byte ${where}`).toBe('damaged');
    }
    await rm(join(at.root, kept));
    expect(await kindOf((await at.reopen()).open(target, set, quiet()))).toBe('damaged');
  });

  it('of one target do not open another’s chunks, moved under its name', async () => {
    await using at = await newVault();
    await takeSet(at.vault, { a: rows(10) });
    const other = await takeSet(at.vault, { a: rows(10) }, { target: 'other-db' });
    const [key] = await keysOf(at.backend, `sets/${target}`);
    await copyFile(join(at.root, `sets/other-db/${other.manifest.set}.json`), join(at.root, key!));
    expect(await kindOf((await at.reopen()).sets(target))).toBe('damaged');
  });
});
