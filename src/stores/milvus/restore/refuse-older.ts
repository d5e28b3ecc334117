import { DrError } from '../../../domain/errors.ts';

const numbersOf = (version: string): readonly [major: number, minor: number] | null => {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || minor === undefined ? null : [Number(major), Number(minor)];
};

const isLite = (version: string): boolean => version.includes('lite');

/** Milvus and Milvus Lite count their versions apart: between them, types of fields decide. @throws DrError `too-old` */
export const refuseOlder = (ofSet: string, ofServer: string): void => {
  const [wanted, found] = [numbersOf(ofSet), numbersOf(ofServer)];
  if (wanted === null || found === null || isLite(ofSet) !== isLite(ofServer)) return;
  if (found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= wanted[1])) return;
  throw new DrError(
    'too-old',
    `the server is Milvus ${ofServer}, and the set is of ${ofSet}`,
    'restore to a server of that version or a later one',
  );
};
