import { type StoreKind, storeKinds } from '../../domain/words.ts';

/** Which suite is to be run, and against what; a null URL leaves the server to the suite. */
export interface Words {
  kind: StoreKind;
  /** The variable that the suite reads. */
  variable: string;
  url: string | null;
}

const usage = `npm run conformance -- <kind> [url]; kinds: ${storeKinds.join(', ')}`;

/** What was typed, or what is wrong with it: never the URL itself, which may hold a password. */
export const readWords = (
  [name, typed, ...rest]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Words | { problem: string } => {
  const kind = storeKinds.find((one) => one === name);
  if (kind === undefined)
    return { problem: `${name === undefined ? 'name a kind of store' : `no kind ${JSON.stringify(name)}`}: ${usage}` };
  if (rest.length > 0) return { problem: `too many words: ${usage}` };
  const variable = `DR_TEST_${kind.toUpperCase()}_URL`;
  const url = typed ?? (env[variable] || null);
  if (url !== null && kind === 'memory')
    return { problem: `memory stores live in the suite's own process: give no URL` };
  if (url !== null && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/.test(url)) return { problem: `that is not a URL: ${usage}` };
  return { kind, variable, url };
};

/** Too short to be told from words that stand there anyway. */
const leastSecret = 4;

/** Takes the password of a URL out of a text, as it is written in the URL and as it is meant. */
export const scrubber = (url: string | null): ((text: string) => string) => {
  const login = /:\/\/([^/?#\s]*)@/.exec(url ?? '')?.[1] ?? '';
  const written = login.includes(':') ? login.slice(login.indexOf(':') + 1) : '';
  const meant = URL.canParse(`x:${written}`)
    ? decodeURIComponent(written.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))
    : written;
  const secrets = [login.includes(':') ? login : '', written, meant].filter((one) => one.length >= leastSecret);
  return (text) => secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, '***'), text);
};
