import { existsSync } from 'node:fs';
import { doctor as checkMachine, type DoctorFinding } from '../../local/estate/doctor.ts';
import type { Act } from '../commands.ts';
import { checkEstate, failed } from '../engine/check-estate.ts';
import { openWorld } from '../engine/open-world.ts';
import { checkWorkers } from '../runs/check-workers.ts';
import type { Session } from '../session.ts';
import { startWork } from '../session.ts';

const checkFile = async (session: Session): Promise<DoctorFinding[]> => {
  const { estatePath } = session;
  if (!session.isEstateNamed && !existsSync(estatePath)) {
    const hint = 'copy estate.example.yaml to estate.yaml, or give --estate';
    return [{ name: 'estate', says: `there is no ${estatePath} here`, isFailure: false, hint }];
  }
  try {
    using running = startWork(session);
    return await checkEstate(await openWorld(session), await session.estate(), running.work);
  } catch (error) {
    return [failed('estate', error)];
  }
};

const say = ({ name, says, isFailure, hint }: DoctorFinding): string => {
  const state = isFailure ? 'FAIL' : hint === null ? 'ok  ' : 'note';
  return `${state} ${name}: ${says}${hint === null ? '' : `\n     hint: ${hint}`}`;
};

/** `dr doctor`: everything it knows how to look at; only what stands in the way of a recovery fails it. */
export const doctor: Act = async (session) => {
  const [machine, estate, workers] = await Promise.all([checkMachine(), checkFile(session), checkWorkers()]);
  const findings = [...machine, ...estate, ...(workers === null ? [] : [workers])];
  const isWell = !findings.some((finding) => finding.isFailure);
  return { json: { isWell, findings }, text: findings.map(say).join('\n'), exit: isWell ? 0 : 1 };
};
