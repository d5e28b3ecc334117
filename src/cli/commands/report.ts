import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DrError, describeError, isDrError } from '../../domain/errors.ts';
import type { Report } from '../../report/report.ts';
import type { ExitCode } from '../answer.ts';
import type { Act } from '../commands.ts';
import { openWorld } from '../engine/open-world.ts';

/** 4 is for a recovery that worked, too late or with too much lost. */
const exitOf = ({ headline, run }: Report): ExitCode => {
  if (run.outcome !== 'succeeded') return 1;
  if (headline.rto === 'missed' || headline.rpo === 'missed') return 4;
  return headline.answer === 'no' ? 1 : 0;
};

/** Writes a new file, or finds the same one there. @throws DrError `already-exists`, `bad-input` */
const keepFile = async (file: string, body: string): Promise<void> => {
  try {
    await writeFile(file, body, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST')
      throw new DrError(
        'bad-input',
        `writing ${file} failed: ${describeError(error)}`,
        'name a file that you may write',
      );
    if ((await readFile(file, 'utf8').catch(() => null)) === body) return;
    throw new DrError('already-exists', `${file} exists and is not this report`, 'name another file');
  }
};

/** `dr report <run>`: what the vault kept of a run that ended, and its page as a file with `--html`. Needs no Temporal. */
export const report: Act = async (session, [run = ''], { html }) => {
  const { vault } = await openWorld(session);
  const read = async (name: string): Promise<string> => {
    const body = await vault.runs.read(run, name).catch((error: unknown) => {
      if (!isDrError(error) || error.kind !== 'missing') throw error;
      throw new DrError(
        'missing',
        `${vault.says} keeps no report of run ${run}`,
        `a run that has not ended, and a plan, have none: dr status ${run}`,
      );
    });
    return Buffer.from(body).toString('utf8');
  };
  const json = JSON.parse(await read('report.json')) as Report;
  const exit = exitOf(json);
  if (typeof html !== 'string') return { json, text: await read('report.md'), exit };
  await keepFile(html, await read('report.html'));
  return { json, text: `${json.headline.says}\nthe page is ${resolve(html)}`, exit };
};
