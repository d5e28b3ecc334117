// W1 W3 T5: the drill command as people start it, and the three ways in which it has to end red.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const drill = async (...args: string[]) => {
  const ended = await execa('npm', ['run', '--silent', 'drill', '--', '--json', ...args], { cwd: root, reject: false });
  return { code: ended.exitCode, answer: JSON.parse(ended.stdout), told: ended.stderr };
};

describe('npm run drill', () => {
  test('loses what users read from four stores at once, and recovers all in one run within the objectives', async () => {
    const { code, answer, told } = await drill();
    expect(told).not.toContain('LEFT OUT');
    for (const target of ['shop-db', 'guides', 'likeness', 'sessions']) {
      expect(told).toMatch(new RegExp(`\\| ${target} +\\| met, .* \\| met, .* \\| equal, \\d+ objects \\| \\d+ green`));
    }
    expect(told).toMatch(/every guide \(city\) is in public\.city \(id\) of shop-db +\| green/);
    expect(told).toMatch(/every likeness \(guide\) is in guide \(\\?_id\) of guides +\| green/);
    expect(answer).toMatchObject({ outcome: 'succeeded', verdicts: { rto: 'met', rpo: 'met' } });
    expect(code).toBe(0);
    expect(told).toMatch(/seen from outside, users were without service from/);
  });

  test('loses whole databases, and recovers', async () => {
    const { code, answer } = await drill('--disaster', 'drop-database');
    expect(answer).toMatchObject({ outcome: 'succeeded', verdicts: { rto: 'met', rpo: 'met' } });
    expect(code).toBe(0);
  });

  test('ends red when one row is missing from the restored copy, and moves nobody there', async () => {
    const { code, answer, told } = await drill('--sabotage', 'row');
    expect(code).toBe(1);
    expect(answer.outcome).toBe('aborted');
    expect(told).toMatch(/public\.visit \(rows\): expected \d+, found \d+/);
    expect(told).not.toMatch(/done .* Point users at/);
  });

  test('ends red when two chunks of the set changed places', async () => {
    const { code, answer, told } = await drill('--sabotage', 'chunk');
    expect(code).toBe(1);
    expect(answer.outcome).toBe('aborted');
    expect(told).toMatch(/damaged/);
  });

  test('ends red when an acknowledged write from before the backup is missing', async () => {
    const { code, answer } = await drill('--sabotage', 'ledger');
    expect(code).toBe(4);
    expect(answer.verdicts.rpo).toBe('missed');
  });

  test('refuses an option it does not know, and names those it knows', async () => {
    const ended = await execa('npm', ['run', '--silent', 'drill', '--', '--disaster', 'flood'], {
      cwd: root,
      reject: false,
    });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/there is no disaster "flood"[\s\S]*drop-tables, drop-database/);
  });
});
