import type { Estate, Target } from '../../src/estate/estate.ts';

/** One target on memory places. */
export const targetOf = (more: Partial<Target> = {}): Target => ({
  id: 'orders-db',
  kind: 'memory',
  objective: { rtoSeconds: 3600, rpoSeconds: 600 },
  primary: {
    id: 'orders-db/primary',
    target: 'orders-db',
    kind: 'memory',
    role: 'primary',
    provider: 'existing',
    url: 'env:PRIMARY',
  },
  besideServer: 'env:BESIDE',
  scratchServer: 'env:SCRATCH',
  backup: { everySeconds: null, only: [], except: [] },
  switches: [],
  services: [],
  ...more,
});

export const estateOf = (more: Partial<Estate> = {}): Estate => ({
  name: 'shop',
  digest: 'e'.repeat(64),
  folder: '/',
  region: 'local',
  vault: { kind: 'folder', path: 'vault', key: 'env:VAULT_KEY', keyName: 'first' },
  people: {
    'on-call': { name: 'First on call', code: 'env:CODE_ON_CALL' },
    second: { name: 'Second on call', code: 'env:CODE_SECOND' },
  },
  targets: { 'orders-db': targetOf() },
  services: {},
  risk: {},
  warnings: [],
  ...more,
});
