import type { Mark } from '../../domain/words.ts';
import type { Own, Session } from './connection/session.ts';

export const markId = 'mark';

const fields = ['id', 'target', 'role', 'epoch', 'run'] as const;

/** As it was stamped: what is not there was not given. */
export const markOf = (found: Own | null): Mark | null => {
  if (found === null) return null;
  return Object.fromEntries(
    fields.filter((field) => field in found).map((field) => [field, found[field]]),
  ) as unknown as Mark;
};

export const readMark = async ({ own }: Session): Promise<Mark | null> => markOf(await own.findOne({ _id: markId }));

export const stamp = (session: Session, mark: Mark): Promise<void> =>
  session.run('stamping', async () => {
    const { id, target, role, epoch, run } = mark;
    const stamped = { id, target, role, epoch, ...(run === undefined ? {} : { run }) };
    await session.own.replaceOne({ _id: markId }, stamped, { upsert: true, writeConcern: { w: 'majority' } });
  });
