import { describe, expect, it } from 'vitest';
import { cutScript } from '../../../../src/stores/postgres/export/definitions.ts';
import { scannedIn } from '../../../../src/stores/postgres/export/find-relations.ts';

const entry = (kind: string, schema: string, tag: string) => ({ kind, schema, tag });
const head = (kind: string, schema: string, tag: string): string =>
  `--\n-- Name: ${tag}; Type: ${kind}; Schema: ${schema}; Owner: ada\n--\n\n`;

describe('cutting a script', () => {
  it('gives each entry its text, and takes a header inside of a text for none', () => {
    const body = `CREATE FUNCTION f() AS 'x\n${head('TABLE', 'public', 'other')}y';\n`;
    const script = `SET x = 1;\n\n${head('FUNCTION', 'public', 'f()')}${body}\n\nSET default_tablespace = '';\n\nSET default_table_access_method = heap;\n\n${head('TABLE', 'public', 'a b')}CREATE TABLE a;\n\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n`;
    const texts = cutScript(script, [entry('FUNCTION', 'public', 'f()'), entry('TABLE', 'public', 'a\nb')]);
    expect([...texts]).toEqual([
      ['FUNCTION public.f()', body.trim()],
      ['TABLE public.a\nb', 'CREATE TABLE a;'],
    ]);
  });

  it('keeps several entries of one name together', () => {
    const one = head('ACL', '-', 'x');
    const texts = cutScript(`${one}GRANT 1;\n\n${one}GRANT 2;\n\n`, [entry('ACL', '', 'x'), entry('ACL', '', 'x')]);
    expect([...texts]).toEqual([['ACL x', 'GRANT 1;\n\nGRANT 2;']]);
  });
});

describe('reading a plan', () => {
  const scan = (name: string) => ({ 'Node Type': 'Seq Scan', Schema: 's', 'Relation Name': name });

  it('finds what is scanned, however deep', () => {
    const plan = { 'Node Type': 'Append', Plans: [scan('a'), { 'Node Type': 'Sort', Plans: [scan('b')] }] };
    expect(scannedIn([{ Plan: plan }])).toEqual([
      { schema: 's', name: 'a' },
      { schema: 's', name: 'b' },
    ]);
  });

  it('refuses a foreign table: its rows are not in the set', () => {
    const plan = { 'Node Type': 'Limit', Plans: [{ ...scan('far'), 'Node Type': 'Foreign Scan' }] };
    expect(() => scannedIn([{ Plan: plan }])).toThrow('foreign table "far"');
  });
});
