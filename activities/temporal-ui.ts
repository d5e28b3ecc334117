import { DrError } from '../src/domain/errors.ts';

/**
 * Where people look at runs, from `DR_TEMPORAL_UI`: without a slash at its end, and without a name and a password, because
 * it goes into reports. Null when it is not set.
 * @throws DrError `bad-input`
 */
export const temporalUi = (env: NodeJS.ProcessEnv): string | null => {
  const given = env.DR_TEMPORAL_UI;
  if (!given) return null;
  const address = URL.canParse(given) ? new URL(given) : null;
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new DrError(
      'bad-input',
      'DR_TEMPORAL_UI is not the address of a page',
      'set it to where a browser finds the Temporal UI, such as https://temporal.example.com, or leave it out',
    );
  return `${address.origin}${address.pathname.replace(/\/+$/, '')}`;
};
