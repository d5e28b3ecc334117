import prettyBytes from 'pretty-bytes';
import { DrError } from '../src/domain/errors.ts';
import { verb } from './verb.ts';

/** More would not help whoever reads it. */
const mostNamed = 10;

const insteadOf = (older: string | undefined): string =>
  older === undefined
    ? 'restore another set'
    : `abort this run and start again with {"set":"${older}"}, the one before`;

/** Reads, authenticates and hashes every chunk of a set; every damage is counted before it fails. */
export const checkSet = verb('checkSet', async ({ world, work }, { target, set, older }) => {
  const reader = await world.vault.open(target, set, work);
  const says = `checking set ${set}`;
  let read = 0;
  const damages: string[] = [];
  const progress = (bytes: number, totalBytes: number): void => {
    read = bytes;
    work.beat({ says, bytes, totalBytes });
  };
  for await (const { stream, damage } of reader.check(progress)) damages.push(`${stream}: ${damage}`);

  if (damages.length > 0) {
    throw new DrError(
      'damaged',
      `set ${set} of ${target} is damaged in ${damages.length} places: ${damages.slice(0, mostNamed).join('; ')}`,
      `${insteadOf(older)}, and look at who can write to the vault`,
      { facts: { damages: damages.length } },
    );
  }
  return { says: `set ${set} is whole: ${prettyBytes(read)} authenticated`, bytes: read, digest: reader.digest, set };
});
