import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startTemporal } from '../../src/local/components/temporal.ts';
import { startEngine } from '../workflows/engine.ts';
import { scenarios } from './scenarios.ts';

/**
 * Records the golden histories anew, on a dev server of its own: `node test/histories/record.ts [name …]`. Needed only
 * when the engine was changed in a way that histories of running workflows need not survive.
 */
const wanted = process.argv.slice(2);
await using server = await startTemporal();
await using engine = await startEngine({ address: server.address });
for (const [name, play] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const id = await play(engine, `golden/${name}`);
  const history = await engine.env.client.workflow.getHandle(id).fetchHistory();
  const file = fileURLToPath(new URL(`${name}.json`, import.meta.url));
  // Which machine recorded it tells nobody anything.
  const text = JSON.stringify(JSON.parse(historyToJSON(history))).replaceAll(/"\d+@[^"]+"/g, '"recorder"');
  await writeFile(file, `${text}\n`);
  console.error(`${file}: ${history.events?.length} events`);
}
