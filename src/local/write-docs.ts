// npm run docs: writes into the pages what is generated from the code.
import { readFile, writeFile } from 'node:fs/promises';
import { runbooks } from '../../runbooks/index.ts';
import { insertRunbookTable } from '../domain/render-runbooks.ts';

const page = new URL('../../README.md', import.meta.url);
await writeFile(page, insertRunbookTable(await readFile(page, 'utf8'), runbooks));
