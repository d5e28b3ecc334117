import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { DrError, describeError } from '../../src/domain/errors.ts';
import { parseEstate, readEstate } from '../../src/estate/read-estate.ts';
import { broken, fine } from './estate-file.ts';

const refusal = (text: string): DrError => {
  try {
    parseEstate(text, '/etc/dr/estate.yaml');
  } catch (error) {
    if (error instanceof DrError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};
/** What is wrong, one line each, without the heading. */
const problems = (text: string): string[] => refusal(text).message.split('\n').slice(1);

describe('a right estate file', () => {
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
      scratchServer: 'env:SCRATCH_URL',
      backup: { everySeconds: 1800, only: [], except: [] },
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

describe('an estate file with mistakes', () => {
  test('is told all of them at once, in the order of their lines', () => {
    const text = fine
      .replace('kind: postgres', 'kind: mysql')
      .replace('name: shop', 'name: Shop')
      .replace('rto: 4h', 'rto: soon')
      .replace('services: [shop-api]', 'services: [shop-apy]')
      .replace('backup: { every', 'backup: { evry');
    expect(problems(text)).toEqual([
      'estate.yaml:1: name: a name has lower-case letters, digits and single dashes, and starts with a letter',
      'estate.yaml:15: targets.orders-db.kind: "mysql" does not exist yet; kinds: postgres, memory',
      'estate.yaml:16: targets.orders-db.objective.rto: expected a duration like 15m, 4h or 1h30m, from 1s to 3650d',
      'estate.yaml:20: targets.orders-db.backup: "evry" is no field here; did you mean "every"?; fields: every, takes, only, except',
      'estate.yaml:22: targets.orders-db.services.0: "shop-apy" is no service; did you mean "shop-api"?; services: shop-api',
    ]);
    expect(refusal(text)).toMatchObject({ kind: 'bad-input', facts: { problems: 5 } });
    expect(refusal(text).hint).toContain('docs/estate.md');
  });

  const one: [what: string, from: string, to: string, says: string | RegExp][] = [
    [
      'a kind of store to come',
      'kind: postgres',
      'kind: mongodb',
      '"mongodb" does not exist yet; kinds: postgres, memory',
    ],
    [
      'a misspelt kind',
      'kind: postgres',
      'kind: postgress',
      '"postgress" is no kind of target; did you mean "postgres"?',
    ],
    ['no kind', 'kind: postgres\n    ', '', 'expected a kind; kinds: postgres, memory'],
    [
      'a kind of vault to come',
      'kind: folder',
      'kind: azure-blob',
      'vault.kind: "azure-blob" does not exist yet; kinds: s3, folder',
    ],
    ['a kind of switch to come', 'kind: env-file', 'kind: route53', '"route53" does not exist yet; kinds: env-file'],
    [
      'a misspelt section',
      'services:\n  shop-api',
      'servces:\n  shop-api',
      '"servces" is no field here; did you mean "services"?',
    ],
    ['a section of another shape', 'vault:\n', 'vault: here\nx:\n', 'vault: expected a mapping with a kind'],
    ['a target without anything', 'kind: postgres\n', '\n', /targets\.orders-db\.kind: (is missing: )?expected a kind/],
    ['a name nobody can type', '  orders-db:', '  Orders DB:', 'targets.…: a name has lower-case letters'],
    ['a number for a duration', 'every: 30m', 'every: 30', 'expected a duration like 15m, 4h or 1h30m'],
    ['an endless duration', 'rpo: 1h', 'rpo: 9999d', 'from 1s to 3650d'],
    ['an address that is none', 'http://127.0.0.1:8080/health', 'shop:8080', 'expected an http or https address'],
    ['an address of a file', 'http://127.0.0.1:8080/health', 'file:///etc/passwd', 'expected an http or https address'],
    [
      'a variable that is none',
      'key: DATABASE_URL',
      'key: "DATABASE URL"',
      'a variable has letters, digits and underscores',
    ],
    [
      'an unknown risk',
      'targets:\n',
      'risk: { switch: high }\ntargets:\n',
      'expected one of safe, disruptive, destructive',
    ],
    ['an empty file path', 'path: ./shop.env', 'path: ""', 'expected the path of an env file'],
    ['a list that is none', '[shop-api]', 'shop-api', 'targets.orders-db.services: expected a list of services'],
    ['two people with one code', 'env:CODE_BO', 'env:CODE_ANA', 'people.bo.code: is the same as people.ana.code'],
    ['no targets', fine.slice(fine.indexOf('targets:')), 'targets: {}', 'targets: there is no target'],
  ];
  test.each(one)('%s is refused with its line', (_, from, to, says) => {
    const { text, line } = broken(from, to);
    const found = problems(text);
    expect(found.join('\n')).toMatch(
      says instanceof RegExp ? says : new RegExp(says.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    );
    expect(Number(found[0]?.split(':')[1])).toBeGreaterThanOrEqual(line - 1);
    expect(Number(found[0]?.split(':')[1])).toBeLessThanOrEqual(line + 1);
  });

  test('a missing field is told at the line of what lacks it', () => {
    expect(problems(broken('    primary: env:ORDERS_URL\n', '').text)).toEqual([
      'estate.yaml:14: targets.orders-db.primary: is missing: expected env:NAME or file:/path; a secret itself is never written here',
    ]);
  });

  test('two targets in one place are refused', () => {
    const text = `${fine}  copy-db: { kind: postgres, primary: env:ORDERS_URL }\n`;
    expect(problems(text)).toEqual([
      'estate.yaml:23: targets.copy-db.primary: is the same as targets.orders-db.primary: two targets cannot be one place',
    ]);
  });

  test('more than fifty mistakes are counted, not listed', () => {
    const many = Array.from({ length: 60 }, (_, at) => `  t${at}: { kind: x${at}, primary: env:T${at} }`).join('\n');
    const lines = problems(`${fine}${many}\n`);
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe('and 10 more');
  });
});

describe('a secret in the file', () => {
  const password = 'hunter2-s3cret';
  const places: [where: string, from: string, to: string][] = [
    ['a password where a reference belongs', 'env:VAULT_KEY', password],
    ['a connection string', 'env:ORDERS_URL', `postgres://shop:${password}@db/orders`],
    ['a number', 'env:VAULT_KEY', '8437261'],
    ['a login in the address of a service', 'http://127.0.0.1', `http://admin:${password}@127.0.0.1`],
    ['a comment', 'name: shop', `name: shop # postgres://shop:${password}@db/orders`],
    ['a field that does not exist', 'kind: postgres', `kind: postgres\n    password: ${password}`],
    ['a URL as a name', '  orders-db:', `  "postgres://shop:${password}@db/orders":`],
    ['a kind', 'kind: postgres', `kind: "postgres://shop:${password}@db/orders"`],
    ['a service', '[shop-api]', `["postgres://shop:${password}@db/orders"]`],
    ['broken YAML', 'env:VAULT_KEY', `"${password}`],
    ['YAML that cannot start so', 'env:VAULT_KEY', `@${password}`],
    ['a tag', 'env:VAULT_KEY', `!${password} x`],
    ['an alias', 'env:VAULT_KEY', `*${password}`],
    ['a key that stands twice', 'kind: postgres', `kind: postgres\n    ${password}: 1\n    ${password}: 2`],
    ['a directive', 'name: shop', `%${password}\n---\nname: shop`],
  ];
  test.each(places)('%s is refused with its line and not repeated', (where, from, to) => {
    const { text, line } = broken(from, to);
    const error = refusal(text);
    // where a quote is missing shows only at the end of the file
    if (where !== 'a field that does not exist' && where !== 'broken YAML')
      expect(error.message).toMatch(new RegExp(`^estate.yaml:(${line}|${line + 1}|${line + 2}):`, 'm'));
    const told = JSON.stringify([describeError(error), error.facts, error.stack, String(error.cause)]);
    for (const part of [password, '8437261']) expect(told).not.toContain(part);
  });

  test('of any spelling never comes back', () => {
    const spot = fc.constantFrom('env:VAULT_KEY', 'env:ORDERS_URL', 'env:CODE_ANA', 'folder', 'shop-api', './vault');
    fc.assert(
      fc.property(
        spot,
        fc.stringMatching(/^[A-Za-z0-9!@#$%^&*()+=:/?-]{12,30}$/),
        fc.boolean(),
        (from, secret, quoted) => {
          const text = broken(from, quoted ? JSON.stringify(secret) : secret).text;
          try {
            parseEstate(text, 'estate.yaml');
          } catch (error) {
            if (!/^[\w.-]+$/.test(secret)) expect(describeError(error)).not.toContain(secret);
          }
        },
      ),
    );
  });
});

describe('a file that is no estate', () => {
  const cases: [what: string, text: string, says: string][] = [
    ['empty', '', 'estate.yaml:1: the file is empty'],
    ['only comments', '# later\n', 'estate.yaml:1: the file is empty'],
    ['a text', 'hello', 'estate.yaml:1: expected a mapping of name, region, vault'],
    ['a list', '- name: a', 'estate.yaml:1: expected a mapping of name, region, vault'],
    ['indented by tabs', 'name: a\nvault:\n\tkind: folder\n', 'estate.yaml:3: a tab indents this line; use spaces'],
    ['with a key twice', 'name: a\nname: b\n', 'estate.yaml:2: this key stands twice in its mapping; keep one'],
    [
      'never closed',
      'name: {a: b',
      'estate.yaml:1: the indentation does not fit the lines above, or something there is not closed',
    ],
    ['two documents', 'name: a\n---\nname: b\n', 'estate.yaml:2: a second document starts here'],
    ['with anchors', 'name: &a x\nregion: *a\n', 'estate.yaml:1: anchors and aliases are not used here'],
    ['with a tag', 'name: !!binary aGk=\n', 'estate.yaml:1: tags are not used here'],
    ['with a key that is a list', '? [a]\n: b\n', 'estate.yaml:1: a key has to be a plain word'],
  ];
  test.each(cases)('%s is refused', (_, text, says) => {
    expect(problems(text)[0]).toContain(says);
  });

  test('aliases that would unfold to millions are refused at once', () => {
    const levels = Array.from(
      { length: 30 },
      (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(', ')}]`,
    );
    const before = performance.now();
    expect(problems(`l0: &l0 x\n${levels.join('\n')}\n`)[0]).toContain('anchors and aliases are not used here');
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test('nesting without end is refused and not followed', () => {
    expect(problems('['.repeat(50_000))[0]).toMatch(/nested too deep|not closed|malformed/);
  });

  test('whatever the text, the answer is an estate or a list of lines', () => {
    const line = fc.oneof(
      fc.constantFrom(...fine.split('\n')),
      fc.string({ maxLength: 30 }),
      fc.constantFrom('\t', '- ', '? ', ': ', '<<: *a', '__proto__: {}'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const error = refusal(lines.join('\n'));
        expect(error.kind).toBe('bad-input');
        for (const problem of error.message.split('\n').slice(1))
          expect(problem).toMatch(/^(estate\.yaml:\d+: .+|and \d+ more)$/);
      }),
    );
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
