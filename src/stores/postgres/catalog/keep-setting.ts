import type { Client } from 'pg';
import { ident, literal } from '../connection/quote.ts';

/** Lists of names, quoted one by one (`variable_is_guc_list_quote` in `dumputils.c`); extensions cannot define more. */
const quotedLists = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/**
 * `whose` is `ROLE …` or `DATABASE …`. The value never becomes this connection's own, as a time limit of 1 ms would end it;
 * only of lists of names, which the server has to quote itself, `FROM CURRENT` takes what the connection has.
 */
export const keepSetting = async (
  client: Client,
  whose: string,
  { name, value }: { name: string; value: string },
): Promise<void> => {
  const parameter = name.split('.').map(ident).join('.');
  if (!quotedLists.has(name)) {
    await client.query(`ALTER ${whose} SET ${parameter} TO ${literal(value)}`);
    return;
  }
  await client.query('SELECT set_config($1, $2, true)', [name, value]);
  await client.query(`ALTER ${whose} SET ${parameter} FROM CURRENT`);
};
