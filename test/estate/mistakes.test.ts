import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broken, fine, problems, refusal } from './estate-file.ts';

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
      'estate.yaml:15: targets.orders-db.kind: "mysql" does not exist yet; kinds: postgres, mongodb, redis, milvus, memory',
      'estate.yaml:16: targets.orders-db.objective.rto: expected a duration like 15m, 4h or 1h30m, from 1s to 3650d',
      'estate.yaml:20: targets.orders-db.backup: "evry" is no field here; did you mean "every"?; fields: every, takes, only, except, carry',
      'estate.yaml:22: targets.orders-db.services.0: "shop-apy" is no service; did you mean "shop-api"?; services: shop-api',
    ]);
    expect(refusal(text)).toMatchObject({ kind: 'bad-input', facts: { problems: 5 } });
    expect(refusal(text).hint).toContain('docs/estate.md');
  });

  const one: [what: string, from: string, to: string, says: string | RegExp][] = [
    [
      'a kind of store to come',
      'kind: postgres',
      'kind: rds',
      '"rds" does not exist yet; kinds: postgres, mongodb, redis, milvus, memory',
    ],
    [
      'a misspelt kind',
      'kind: postgres',
      'kind: postgress',
      '"postgress" is no kind of target; did you mean "postgres"?',
    ],
    ['no kind', 'kind: postgres\n    ', '', 'expected a kind; kinds: postgres, mongodb, redis, milvus, memory'],
    [
      'a kind of vault to come',
      'kind: folder',
      'kind: azure-blob',
      'vault.kind: "azure-blob" does not exist yet; kinds: s3, folder',
    ],
    [
      'a kind of switch to come',
      'kind: env-file',
      'kind: route53',
      '"route53" does not exist yet; kinds: env-file, milvus-alias',
    ],
    [
      'an alias of Milvus that would lead to a database',
      'kind: env-file, path: ./shop.env, key: DATABASE_URL',
      'kind: milvus-alias, alias: users, collection: docs',
      'switches.0.kind: an alias of Milvus leads to no store of another kind',
    ],
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
