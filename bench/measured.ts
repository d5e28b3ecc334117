import { readFile, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { serverSettings } from './lab.ts';
import { zstdVersion } from './peers.ts';
import { median, type Result } from './result.ts';

const page = fileURLToPath(new URL('../docs/measured.md', import.meta.url));
const begin = '<!-- written by npm run bench -- --write -->';
const end = '<!-- end -->';

const middle = (samples: Result['samples'], side: 'work' | 'peer'): string =>
  median(samples.map((sample) => sample[side])).toPrecision(3);

/** Puts the table into docs/measured.md, between its two marks; what people wrote around it stays. */
export const writeMeasured = async (
  results: readonly Result[],
  { server, minutes, rounds }: { server: string; minutes: number; rounds: number },
): Promise<void> => {
  const table = markdownTable([
    ['row', 'work', 'peer', 'work took', 'peer took', 'ratio', 'bound', ''],
    ...results.map(({ name, work, peer, samples, ratio, bound }) => [
      `\`${name}\``,
      work,
      peer.replaceAll('|', '\\|'),
      middle(samples, 'work'),
      middle(samples, 'peer'),
      ratio.toFixed(2),
      `≤ ${bound}`,
      ratio <= bound ? 'holds' : '**does not hold**',
    ]),
  ]);
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? arch()}), ${gibibytes} GiB of memory, ${platform()} ${release()}`;
  const settings = Object.entries(serverSettings).map(([name, value]) => `\`${name} = ${value}\``);
  const written = [
    begin,
    '',
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}. ${server}, Node ${process.versions.node}, ${await zstdVersion()}.`,
    `Server settings, the same for both sides: ${settings.join(', ')}; all others as shipped. ${rounds} rounds after one that`,
    `warmed up, ${minutes.toFixed(0)} minutes in all.`,
    '',
    table,
    '',
    end,
  ].join('\n');
  const before = await readFile(page, 'utf8');
  const [head, rest] = [before.split(begin)[0], before.split(end)[1]];
  await writeFile(page, `${head}${written}${rest}`);
};
