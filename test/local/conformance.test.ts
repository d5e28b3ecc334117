import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { storeKinds } from '../../src/domain/words.ts';
import { readWords, scrubber } from '../../src/local/conformance/words.ts';

const run = async (...words: string[]): Promise<{ code: number | null; out: string; err: string }> => {
  const script = fileURLToPath(new URL('../../src/local/conformance.ts', import.meta.url));
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
};

describe('the suite of one kind of store', () => {
  test('is run alone, and tells every promise', async () => {
    const { code, out } = await run('memory');
    expect(code, out).toBe(0);
    expect(out).toContain('memory: every promise of the port, against a server of its own');
    expect(out).toMatch(/✓.*memory.*find every object under its name/);
    expect(out).toMatch(/Test Files.*1 passed/);
  });

  test('is asked for by a kind that there is, and the kinds are told', async () => {
    for (const words of [[], ['mongo'], ['postgres', 'postgres://h', 'more']]) {
      const { code, err } = await run(...words);
      expect(code).toBe(2);
      expect(err).toContain(`kinds: ${storeKinds.join(', ')}`);
    }
  });

  test('finds its server in what was typed, or in the variable', () => {
    const variable = 'DR_TEST_POSTGRES_URL';
    const env = { [variable]: 'postgres://variable' };
    expect(readWords(['postgres', 'postgres://typed'], env)).toEqual({
      kind: 'postgres',
      variable,
      url: 'postgres://typed',
    });
    expect(readWords(['postgres'], env)).toMatchObject({ url: 'postgres://variable' });
    expect(readWords(['postgres'], {})).toMatchObject({ url: null });
    expect(readWords(['memory', 'memory://x'], {})).toHaveProperty('problem');
  });

  test('never shows a password', () => {
    expect(JSON.stringify(readWords(['postgres', 'user:hunter22@host'], {}))).not.toContain('hunter22');
    const scrub = scrubber('mongodb://ana:p%40ss%2Fword@a:1,b:2/db?x=1');
    expect(scrub('no p%40ss%2Fword, no p@ss/word at mongodb://ana:p%40ss%2Fword@a:1')).toBe(
      'no ***, no *** at mongodb://***@a:1',
    );
    expect(scrubber('redis://host')('as it is')).toBe('as it is');
    expect(scrubber('redis://:pw@host')('a pw')).toBe('a pw');
  });
});
