import type { Filter } from '../../domain/data.ts';
import { selectNames } from '../../domain/filter.ts';
import type { Fingerprint, ObjectPrint } from '../../domain/fingerprint.ts';
import { forEach } from '../together.ts';
import { algorithm, newDigest } from './bson/digest.ts';
import { listCollections, noSize, sizeOf } from './catalog.ts';
import type { Session } from './connection/session.ts';
import { documentsIn } from './documents-in.ts';
import { readAll } from './read-documents.ts';

/**
 * Of every collection the filter selects, by reading every document: a server has no sum that tells `1` from `1.0`, or one
 * order of fields from another.
 */
export const fingerprint = (session: Session, filter: Filter): Promise<Fingerprint> =>
  printCollections(session, (names) => selectNames(names, filter));

/** Of the collections that are picked from those that are there. */
export const printCollections = (
  session: Session,
  pick: (names: readonly string[]) => readonly string[],
): Promise<Fingerprint> =>
  session.run('fingerprinting', async (signal) => {
    const listed = await listCollections(session);
    const wanted = new Set(pick(listed.map(({ name }) => name)));
    const read = listed.filter(({ name, type }) => wanted.has(name) && type !== 'view');
    const sized = await Promise.all(
      read.map(async (one) => ({ ...one, size: (await sizeOf(session, documentsIn(one))) ?? noSize })),
    );
    const totalBytes = sized.reduce((sum, { size }) => sum + size.bytes, 0);
    const prints = new Map<string, ObjectPrint>();
    let bytes = 0;
    await forEach(sized, session.work.parallel, signal, async (one, stop) => {
      const digest = newDigest();
      for await (const documents of readAll(session, documentsIn(one), one.size, stop)) {
        for (const document of documents) {
          digest.add(document);
          bytes += document.length;
        }
        session.work.beat({
          says: `reading ${JSON.stringify(one.name)}`,
          bytes,
          totalBytes: Math.max(totalBytes, bytes),
        });
      }
      prints.set(one.name, digest.print());
    });
    session.work.beat({ says: 'fingerprinted', bytes, totalBytes: bytes });
    return { algorithm, objects: Object.fromEntries(prints) };
  });
