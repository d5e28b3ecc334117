import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeError } from '../../src/domain/errors.ts';
import { parseEstate } from '../../src/estate/read-estate.ts';
import { broken, refusal } from './estate-file.ts';

describe('a secret in the file', () => {
  const password = 'hunter2-s3cret';
  const places: [where: string, from: string, to: string][] = [
    ['a password where a reference belongs', 'env:VAULT_KEY', password],
    ['a connection string', 'env:ORDERS_URL', `postgres://shop:${password}@db/orders`],
    ['a number', 'env:VAULT_KEY', '8437261'],
    ['a login in the address of a service', 'http://127.0.0.1', `http://admin:${password}@127.0.0.1`],
    ['a token in the address of a service', 'http://127.0.0.1', `http://${password}@127.0.0.1`],
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
