import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseEstate, readEstate } from '../../src/estate/read-estate.ts';
import { broken, fine } from './estate-file.ts';

describe('a right estate file', () => {
  test('names files and folders to carry along, and never the vault itself', () => {
    const carrying = (paths: string): string => fine.replace('takes: 10m }', `takes: 10m, carry: ${paths} }`);
    const read = (paths: string) =>
      parseEstate(carrying(paths), '/etc/dr/estate.yaml').targets['orders-db']!.backup.carry;
    expect(read('[./config, /etc/app, ./vaulted]')).toEqual(['./config', '/etc/app', './vaulted']);
    for (const path of ['.', './vault', './vault/sets', 'config/../vault']) {
      expect(() => read(`[./config, ${path}]`), path).toThrow(/:20: .*backup\.carry\.1: is in the folder of the vault/);
    }
  });

  test('becomes the estate, with defaults filled in and paths left to the folder of the file', () => {
    const estate = parseEstate(fine, '/etc/dr/estate.yaml');
    expect(estate).toMatchObject({
      name: 'shop',
      folder: '/etc/dr',
      region: 'local',
      vault: { kind: 'folder', path: './vault', key: 'env:VAULT_KEY', keyName: 'first' },
      services: { 'shop-api': { id: 'shop-api', greens: 3, everyMs: 1000 } },
      risk: {},
    });
    expect(estate.targets['orders-db']).toEqual({
      id: 'orders-db',
      kind: 'postgres',
      objective: { rtoSeconds: 14_400, rpoSeconds: 3600 },
      primary: {
        id: 'orders-db/primary',
        target: 'orders-db',
        kind: 'postgres',
        role: 'primary',
        provider: 'existing',
        url: 'env:ORDERS_URL',
      },
      besideServer: 'env:BESIDE_URL',
      checks: [],
      scratchServer: 'env:SCRATCH_URL',
      backup: { everySeconds: 1800, only: [], except: [], carry: [] },
      switches: [{ kind: 'env-file', path: './shop.env', key: 'DATABASE_URL' }],
      services: ['shop-api'],
    });
  });

  test('needs no more than a vault and one target', () => {
    const least =
      'name: a\nvault: { kind: folder, path: v, key: env:K }\ntargets: { t: { kind: memory, primary: env:T } }';
    expect(parseEstate(least, 'estate.yaml').targets.t).toMatchObject({
      objective: { rtoSeconds: null, rpoSeconds: null },
      besideServer: null,
      scratchServer: null,
      backup: { everySeconds: null, only: [], except: [] },
      switches: [],
      services: [],
    });
  });
});

describe('the digest', () => {
  const digestOf = (text: string): string => parseEstate(text, 'estate.yaml').digest;

  test('does not depend on comments, order, quotes, spaces or the place of the file', () => {
    const other = `# everything else order\n${stringify(
      Object.fromEntries(
        Object.entries({
          targets: {
            'orders-db': {
              services: ['shop-api'],
              switches: [{ key: 'DATABASE_URL', path: './shop.env', kind: 'env-file' }],
              backup: { takes: '600s', every: '30m' },
              scratchServer: 'env:SCRATCH_URL',
              besideServer: 'env:BESIDE_URL',
              primary: 'env:ORDERS_URL',
              objective: { rpo: '60m', rto: '4h' },
              kind: 'postgres',
            },
          },
          services: { 'shop-api': { greens: 3, health: 'http://127.0.0.1:8080/health' } },
          people: {
            cy: { code: 'env:CODE_CY', name: 'Cy' },
            ana: { name: 'Ana', code: 'env:CODE_ANA' },
            bo: { name: 'Bo', code: 'env:CODE_BO' },
          },
          vault: { key: 'env:VAULT_KEY', path: './vault', kind: 'folder' },
          region: 'local',
          name: 'shop',
        }),
      ),
      { defaultStringType: 'QUOTE_DOUBLE' },
    )}`;
    expect(digestOf(other)).toBe(digestOf(fine));
    expect(parseEstate(fine, '/elsewhere/e.yaml').digest).toBe(digestOf(fine));
    expect(digestOf(fine)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('changes with everything the file says', () => {
    const changes: [string, string][] = [
      ['name: shop', 'name: shops'],
      ['env:ORDERS_URL', 'env:ORDERS_URL_2'],
      ['rto: 4h', 'rto: 5h'],
      ['path: ./shop.env', 'path: ./other.env'],
      ['health: http://127.0.0.1:8080/health', 'health: http://127.0.0.1:8081/health'],
    ];
    const digests = changes.map(([from, to]) => digestOf(broken(from, to).text));
    expect(new Set([digestOf(fine), ...digests]).size).toBe(changes.length + 1);
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dr-estate-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('that do not exist, are folders, are no text or are far too large are refused', async () => {
    await expect(readEstate(join(folder, 'none.yaml'))).rejects.toMatchObject({
      kind: 'bad-input',
      message: `cannot read the estate file ${join(folder, 'none.yaml')}: ENOENT`,
      hint: expect.stringContaining('copy estate.example.yaml'),
    });
    await expect(readEstate(folder)).rejects.toThrow('EISDIR');
    await writeFile(join(folder, 'latin.yaml'), Buffer.from([0x6e, 0x3a, 0x20, 0xe9]));
    await expect(readEstate(join(folder, 'latin.yaml'))).rejects.toThrow('the file is not UTF-8 text');
    await writeFile(join(folder, 'large.yaml'), '#'.repeat(1_000_001));
    await expect(readEstate(join(folder, 'large.yaml'))).rejects.toThrow('at most 1000000 are read');
  });

  test('the example is right, and nothing in it is unwise', async () => {
    const estate = await readEstate('estate.example.yaml');
    expect(estate.warnings).toEqual([]);
    expect(estate.vault.kind).toBe('s3');
    expect(estate.targets['orders-db']?.kind).toBe('postgres');
  });

  test('the folder vault that the example shows in a comment is right as well', async () => {
    const example = await readFile('estate.example.yaml', 'utf8');
    const commented = example.match(/^#vault:\n(#.*\n)+/m)?.[0].replaceAll(/^#/gm, '');
    const text = example.replace(/^vault:\n( .*\n)+/m, commented ?? '');
    expect(parseEstate(text, 'estate.yaml').vault).toMatchObject({ kind: 'folder', path: '/mnt/other-site/vault' });
  });

  test('every field of the example is described in docs/estate.md', async () => {
    const docs = await readFile('docs/estate.md', 'utf8');
    const example = await readFile('estate.example.yaml', 'utf8');
    const people = ['second', 'lead'];
    const words = [...example.matchAll(/^\s*(?:- )?([a-zA-Z]+):(?= |$)/gm)].map(([, word]) => word!);
    const keys = words.filter((word) => !people.includes(word));
    expect(new Set(keys).size).toBeGreaterThan(25);
    for (const key of keys) expect(docs, key).toMatch(new RegExp(`\`[\\w.]*${key}\``));
  });
});
