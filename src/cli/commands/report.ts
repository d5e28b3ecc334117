import { DrError, isDrError } from '../../domain/errors.ts';
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

/** `dr report <run>`: what the vault kept of a run that ended. Needs no Temporal. */
export const report: Act = async (session, [run = '']) => {
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
  return { json, text: await read('report.md'), exit: exitOf(json) };
};
