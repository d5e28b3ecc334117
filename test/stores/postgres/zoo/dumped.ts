import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Everything of a database as the stock tool writes it, rows and settings included, made comparable where a copy must differ:
 *
 * - the name of the database: a copy has its own;
 * - the word after `\restrict`: drawn anew for every dump;
 * - the order of rows: a table has none, and parts of one are loaded side by side;
 * - secrets, which in the files here hold `4711-secret`: a set does not hold them;
 * - slots of subscriptions: with the slot of the original a copy would take its changes.
 */
export const dumped = async (url: string, bin: string, args: readonly string[] = ['--create']): Promise<string> => {
  const { stdout } = await run(join(bin, 'pg_dump'), ['--exclude-schema=dr_runbooks', ...args, `--dbname=${url}`], {
    maxBuffer: 256 << 20,
  });
  const name = new URL(url).pathname.slice(1);
  return withoutSecrets(sortRows(stdout.replaceAll(name, 'the_database').replace(/^\\(un)?restrict .*$/gm, '')));
};

/** Rows between `COPY … FROM stdin;` and `\.` in the order of their text. */
const sortRows = (script: string): string =>
  script.replace(/^(COPY .* FROM stdin;\n)([\s\S]*?)^\\\.$/gm, (_, head: string, rows: string) => {
    const lines = rows.split('\n').sort();
    return `${head}${lines.join('\n')}\n\\.`;
  });

const withoutSecrets = (script: string): string =>
  script
    .replace(
      /^(CREATE (?:SERVER|USER MAPPING) .*) OPTIONS \(\n([\s\S]*?)\n\);$/gm,
      (_, head: string, lines: string) => {
        const kept = lines.split(/,?\n/).filter((line) => !line.includes('4711-secret'));
        return kept.length === 0 ? `${head};` : `${head} OPTIONS (\n${kept.join(',\n')}\n);`;
      },
    )
    .replace(/^CREATE SUBSCRIPTION .*$/gm, (line) =>
      line
        .replace(/ password( = ''.*|=\S*)4711-secret('')?/, '')
        .replace(/:\w+-4711-secret@/, '@')
        .replace(/slot_name = '\w+'/, 'slot_name = NONE'),
    );
