import { DrError } from '../../src/domain/errors.ts';
import { parseEstate } from '../../src/estate/read-estate.ts';

/** A small estate that is right, to break one line at a time. Every line can be found by its text. */
export const fine = `name: shop
vault:
  kind: folder
  path: ./vault
  key: env:VAULT_KEY
people:
  ana: { name: Ana, code: env:CODE_ANA }
  bo: { name: Bo, code: env:CODE_BO }
  cy: { name: Cy, code: env:CODE_CY }
services:
  shop-api:
    health: http://127.0.0.1:8080/health
targets:
  orders-db:
    kind: postgres
    objective: { rto: 4h, rpo: 1h }
    primary: env:ORDERS_URL
    besideServer: env:BESIDE_URL
    scratchServer: env:SCRATCH_URL
    backup: { every: 30m, takes: 10m }
    switches: [{ kind: env-file, path: ./shop.env, key: DATABASE_URL }]
    services: [shop-api]
`;

/** The file with one text replaced, and the line where the replacement stands. */
export const broken = (from: string, to: string): { text: string; line: number } => {
  const at = fine.indexOf(from);
  if (at < 0) throw new Error(`the estate has no "${from}"`);
  return { text: fine.replace(from, () => to), line: fine.slice(0, at).split('\n').length };
};

/** The error an estate file is refused with. */
export const refusal = (text: string): DrError => {
  try {
    parseEstate(text, '/etc/dr/estate.yaml');
  } catch (error) {
    if (error instanceof DrError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};
/** What is wrong, one line each, without the heading. */
export const problems = (text: string): string[] => refusal(text).message.split('\n').slice(1);
