import { Secret, TOTP } from 'otpauth';
import type { Desk, Proof } from '../src/domain/desk.ts';
import { perform } from './verb.ts';
import type { World } from './world.ts';

const periodSeconds = 30;

/**
 * Whose one-time code this is (RFC 6238: SHA-1, six digits, 30 s, one step of drift either way). A code is good once:
 * an attempt that dies after it was spent refuses it, and the next code thirty seconds later is good.
 */
export const proveCode = async (world: World, code: string): Promise<Proof> => {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return { refused: 'a code is the six digits of your authenticator' };
  const nowMs = Date.parse(world.now());
  const matches: { person: string; step: number }[] = [];
  for (const [person, { code: ref }] of Object.entries(world.estate.people)) {
    const totp = new TOTP({ secret: Secret.fromBase32((await world.secrets.resolve(ref)).trim()) });
    const drift = totp.validate({ token, timestamp: nowMs, window: 1 });
    if (drift !== null) matches.push({ person, step: Math.floor(nowMs / 1000 / periodSeconds) + drift });
  }
  const [match, ...others] = matches;
  if (match === undefined)
    return { refused: 'this code is nobody’s just now: wait for the next one and check the clock' };
  if (others.length > 0) return { refused: 'this code fits two people: wait for the next one' };
  const isFresh = await world.vault.once(`code/${match.person}/${match.step}`);
  return isFresh ? { person: match.person } : { refused: 'this code was used before: wait for the next one' };
};

/** See {@link proveCode}. Which plan and gate the answer counts for is kept by the run that asked. */
export const provePerson =
  (world: World): Desk['provePerson'] =>
  ({ gate, code }) =>
    perform(world, `checking a code for ${gate}`, () => proveCode(world, code));
