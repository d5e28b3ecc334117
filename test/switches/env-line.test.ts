import { execFileSync } from 'node:child_process';
import { parseEnv } from 'node:util';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeEnvLine, readEnvLine } from '../../src/switches/env-line.ts';

const key = 'DATABASE_URL';
const lines = (text: string): string[] => text.split(/(?<=\n)/);

/** A value that single or double quotes can hold. */
const value = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019:/@.-_?&=%+,;#$!() "`~*|<>{}[]^é雪') })
  .filter((one) => one === one.trim());
const url = fc.webUrl({ withQueryParameters: true, withFragments: true }).filter((one) => !/[']/.test(one));

const other = fc.oneof(
  fc.constantFrom(
    '',
    '   ',
    '# DATABASE_URL=commented',
    '#DATABASE_URL=commented too',
    'DATABASE_URL_OLD=other',
    'MY_DATABASE_URL=other',
    'PLAIN=value',
    'export EXPORTED=value # note',
    "SINGLE='a # b $HOME'",
    'DOUBLE="a # b \\n c"',
    'BACK=`a b`',
    'EMPTY=',
    '  INDENTED = spaced out  ',
    'not an assignment',
    "MULTI='first\nDATABASE_URL=decoy\nlast'",
    'MULTI2="first\nDATABASE_URL=decoy\nlast"',
    '-----',
  ),
  fc.string({ unit: fc.constantFrom(...'AB=# :x') }),
);
const head = fc.constantFrom('DATABASE_URL=', 'export DATABASE_URL=', '  DATABASE_URL = ', 'DATABASE_URL= ');
const written = fc.oneof(
  fc.constantFrom('postgres://a:b@h:5432/x', '"postgres://a/b"', "'postgres://a/b?c&d'", '`x`', '', 'a&b?c=d'),
  value.filter((one) => !/["`#]/.test(one)).map((one) => `"${one}"`),
);
const tail = fc.constantFrom('', ' ', ' # the place in service', '\t# note');

const file = fc
  .record({
    above: fc.array(other, { maxLength: 6 }),
    own: fc.tuple(head, written, tail).map((parts) => parts.join('')),
    below: fc.array(other, { maxLength: 6 }),
    ending: fc.constantFrom('\n', '\r\n'),
    isEnded: fc.boolean(),
  })
  .map(({ above, own, below, ending, isEnded }) => ({
    own: above.join('\n').split('\n').length - (above.length === 0 ? 1 : 0),
    text: [...above, own, ...below].join('\n').replaceAll('\n', ending) + (isEnded ? ending : ''),
  }))
  // What is already ambiguous (an unclosed quote that swallows our line) has another test.
  .filter(
    ({ text, own }) =>
      parse(lines(text)[own]!)[key] !== undefined && readEnvLine(text, key) === parse(lines(text)[own]!)[key],
  );

test('one line changes, as written and as read, and nothing else', () => {
  fc.assert(
    fc.property(file, fc.oneof(value, url), ({ text }, next) => {
      const changed = changeEnvLine(text, key, next);
      expect(changed).not.toBeNull();
      expect(readEnvLine(changed!, key)).toBe(next);
      const [was, is] = [lines(text), lines(changed!)];
      expect(is).toHaveLength(was.length);
      expect(was.filter((line, at) => line !== is[at]).length).toBeLessThanOrEqual(1);
      expect({ ...parse(changed!), [key]: '' }).toEqual({ ...parse(text), [key]: '' });
    }),
    { numRuns: 500 },
  );
});

test('back again gives the value it had', () => {
  fc.assert(
    fc.property(file, value, ({ text }, next) => {
      const first = readEnvLine(text, key)!;
      const back = changeEnvLine(changeEnvLine(text, key, next)!, key, first);
      expect(readEnvLine(back!, key)).toBe(first);
      expect({ ...parse(back!) }).toEqual({ ...parse(text) });
    }),
  );
});

test('dotenv, Node and a shell read the same value', () => {
  fc.assert(
    fc.property(fc.oneof(value, url), fc.constantFrom('x', "'x'", '"x"'), (next, now) => {
      const text = changeEnvLine(`A=1\nexport DATABASE_URL=${now} # note\nB=2\n`, key, next)!;
      const shell = execFileSync('/bin/sh', ['-c', 'eval "$1"; printf %s "$DATABASE_URL"', 'sh', text], { env: {} });
      expect([parse(text)[key], parseEnv(text)[key], shell.toString()]).toEqual([next, next, next]);
    }),
    { numRuns: 100 },
  );
});

test.for([
  ['DATABASE_URL=postgres://a/b\n', 'postgres://c/d', 'DATABASE_URL=postgres://c/d\n'],
  [
    'export DATABASE_URL="postgres://a/b" # now\r\nB=2\r\n',
    'postgres://c/d',
    'export DATABASE_URL="postgres://c/d" # now\r\nB=2\r\n',
  ],
  ["DATABASE_URL='a'", 'c$d', "DATABASE_URL='c$d'"],
  ['DATABASE_URL="a"', 'c$d', "DATABASE_URL='c$d'"],
  ['DATABASE_URL=a', "it's", 'DATABASE_URL="it\'s"'],
  ['DATABASE_URL=a', 'a#b', "DATABASE_URL='a#b'"],
  ['DATABASE_URL=a?b=1&c=2', 'd?e=3&f=4', 'DATABASE_URL=d?e=3&f=4'],
  ['DATABASE_URL=a', 'd?e=3&f=4', "DATABASE_URL='d?e=3&f=4'"],
  ['DATABASE_URL=a$b', 'c$d', "DATABASE_URL='c$d'"],
  ['DATABASE_URL=a\nDATABASE_URL=a\n', 'b', 'DATABASE_URL=a\nDATABASE_URL=b\n'],
  [
    "X='\nDATABASE_URL=a\n'\nDATABASE_URL=a\nY='\nDATABASE_URL=a\n'",
    'b',
    "X='\nDATABASE_URL=a\n'\nDATABASE_URL=b\nY='\nDATABASE_URL=a\n'",
  ],
  ['\uFEFFDATABASE_URL=a\n', 'b', '\uFEFFDATABASE_URL=b\n'],
  ['DATABASE_URL=old\nDATABASE_URL=now\n', 'b', 'DATABASE_URL=old\nDATABASE_URL=b\n'],
  [
    "X='\nDATABASE_URL=decoy\n'\nDATABASE_URL=a\nY='\nDATABASE_URL=decoy\n'",
    'b',
    "X='\nDATABASE_URL=decoy\n'\nDATABASE_URL=b\nY='\nDATABASE_URL=decoy\n'",
  ],
] as const)('%j set to %j is %j', ([text, next, expected]) => {
  expect(changeEnvLine(text, key, next)).toBe(expected);
});

test('what no line can hold, and what spans lines, is not written', () => {
  for (const next of ['two\nlines', 'two\rlines', `both ' and "`, `both ' and $`, "ends in ' \\", 'nul\0'])
    expect(changeEnvLine('DATABASE_URL=a\n', key, next), next).toBeNull();
  expect(changeEnvLine("DATABASE_URL='first\nsecond'\n", key, 'b')).toBeNull();
  expect(changeEnvLine('OTHER=a\n', key, 'b')).toBeNull();
});

test('a key is read as programs read it', () => {
  expect(readEnvLine('A=1\nA=2', 'A')).toBe('2');
  expect(readEnvLine('# A=1', 'A')).toBeNull();
  expect(readEnvLine('A=', 'A')).toBe('');
  for (const name of ['constructor', '__proto__']) expect(readEnvLine('A=1', name)).toBeNull();
});
