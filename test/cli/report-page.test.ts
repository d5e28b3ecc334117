import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWorld } from '../../activities/open-world.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { variants } from '../report/variants.ts';
import { memoryEstate } from './in-process.ts';

const run = variants.missed.run.id;
const page = renderHtml(variants.missed);

const keptReport = async () => {
  const estate = await memoryEstate();
  const { vault } = await openWorld(await readEstate(estate.path));
  const keep = (name: string, body: string) =>
    vault.runs.keep(run, variants.missed.run.startedAt, name, Buffer.from(body));
  await keep('report.json', JSON.stringify(variants.missed));
  await keep('report.html', page);
  return { ...estate, file: join(dirname(estate.path), 'report.html') };
};

describe('dr report --html', () => {
  it('writes the page that the vault kept, says where, and tells the verdict by its exit code', async () => {
    const { dr, file } = await keptReport();
    const { code, err } = await dr(['report', run, '--html', file]);
    expect(code).toBe(4);
    expect(err).toContain(`the page is ${file}`);
    expect(await readFile(file, 'utf8')).toBe(page);
    expect((await dr(['report', run, '--html', file])).code).toBe(4);
  });

  it('gives programs the report all the same', async () => {
    const { dr, file } = await keptReport();
    const asked = await dr(['report', run, '--html', file]);
    expect(asked.json()).toMatchObject({ format: 1, headline: { answer: 'no' } });
  });

  it('replaces no other file, and says so where it cannot write', async () => {
    const { dr, file } = await keptReport();
    await writeFile(file, 'mine');
    const taken = await dr(['report', run, '--html', file]);
    expect(taken.code).toBe(3);
    expect(taken.err).toContain('exists and is not this report');
    expect(await readFile(file, 'utf8')).toBe('mine');
    const nowhere = await dr(['report', run, '--html', join(file, 'report.html')]);
    expect(nowhere.code).toBe(2);
    expect(nowhere.err).toContain('name a file that you may write');
  });
});
