import { readFile, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { serverSettings } from './lab.ts';
import { zstdVersion } from './peers.ts';
import { median, type Result } from './result.ts';
import { rows } from './rows.ts';

const page = fileURLToPath(new URL('../docs/measured.md', import.meta.url));
const begin = '<!-- written by npm run bench -- --write -->';
const end = '<!-- end -->';

const middle = (samples: Result['samples'], side: 'work' | 'peer'): string =>
  median(samples.map((sample) => sample[side])).toPrecision(3);

const headings = ['row', 'work', 'peer', 'work took', 'peer took', 'ratio', 'bound', '', 'rounds', 'measured'];

/** The rows of the page as they stand, by name. */
const standing = (text: string): Map<string, string[]> => {
  const lines = [...text.matchAll(/^\| `([^`]+)` .*$/gm)];
  const split = (line: string): string[] => line.split(/(?<!\\)\|/).slice(1, -1);
  return new Map(lines.map(([line, name]) => [name!, split(line).map((cell) => cell.trim())]));
};

const cellsOf = ({ name, work, peer, samples, ratio, bound }: Result, today: string): string[] => [
  `\`${name}\``,
  work,
  peer.replaceAll('|', '\\|'),
  middle(samples, 'work'),
  middle(samples, 'peer'),
  ratio.toFixed(2),
  `≤ ${bound}`,
  ratio <= bound ? 'holds' : '**does not hold**',
  String(samples.length),
  today,
];

/**
 * Puts the rows that ran into the table of docs/measured.md, between its two marks. Rows that did not run keep what was
 * measured before and the day of it, and so does what people wrote around the table.
 */
export const writeMeasured = async (results: readonly Result[], server: string): Promise<void> => {
  const text = await readFile(page, 'utf8');
  const [head, between, rest] = [text.split(begin)[0]!, text.split(begin)[1]!.split(end)[0]!, text.split(end)[1]!];
  const today = new Date().toISOString().slice(0, 10);
  const found = standing(between);
  for (const result of results) found.set(result.name, cellsOf(result, today));
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? arch()}), ${gibibytes} GiB of memory, ${platform()} ${release()}`;
  const settings = Object.entries(serverSettings).map(([name, value]) => `\`${name} = ${value}\``);
  const written = [
    begin,
    '',
    `${machine}. ${server}, Node ${process.versions.node}, ${await zstdVersion()}.`,
    `Settings of PostgreSQL, the same for both sides: ${settings.join(', ')}; all others as shipped. Before the rounds that count, one warms up.`,
    '',
    markdownTable([headings, ...rows.flatMap(({ name }) => (found.has(name) ? [found.get(name)!] : []))]),
    '',
    end,
  ].join('\n');
  await writeFile(page, `${head}${written}${rest}`);
};
