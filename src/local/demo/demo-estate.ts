import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from 'otpauth';
import { stringify } from 'yaml';
import { likenessDimensions } from './cities.ts';
import type { DemoStore } from './demo-stores.ts';

/** What the demo estate stands on. URLs are secrets: they go to files of their own. */
export interface DemoServers {
  stores: readonly Pick<DemoStore, 'target' | 'kind' | 'envKey' | 'primaryUrl' | 'serverUrl'>[];
  minio: { endpoint: string; accessKeyId: string; secretAccessKey: string };
  bucket: string;
  servicePort: number;
}

export interface DemoEstate {
  file: string;
  envFile: string;
  /** Base32 secret per person: what their authenticators would hold. */
  codes: Readonly<Record<'starter' | 'approver', string>>;
  service: 'shop';
}

/** What must be true of the cities of the world, whichever copy they are in. */
const ofCities = [
  { kind: 'objects', names: ['public.region', 'public.district', 'public.city', 'public.visit', 'public.busiest'] },
  { kind: 'orphans', child: 'public.city', columns: ['region'], parent: 'public.region', parentColumns: ['code'] },
  { kind: 'orphans', child: 'public.visit', columns: ['city'], parent: 'public.city', parentColumns: ['id'] },
  {
    kind: 'columns',
    of: 'public.city',
    columns: { name: { type: 'text', notNull: true }, latitude: 'numeric(8,5)', on_sphere: 'public.vector(3)' },
  },
  { kind: 'index', of: 'public.city', keys: ['country', 'name'] },
  { kind: 'index', of: 'public.city', keys: ['district'], where: 'district IS NOT NULL' },
  { kind: 'index', of: 'public.region', keys: [{ column: 'centre', opclass: 'vector_l2_ops' }], method: 'hnsw' },
  { kind: 'newestRow', of: 'public.visit', column: 'at', within: '1h' },
  {
    kind: 'sql',
    says: 'every city lies on the globe',
    query: 'SELECT FROM public.city WHERE abs(latitude) > 90 OR abs(longitude) > 180',
    expect: { rows: 'empty' },
  },
  {
    kind: 'sql',
    says: 'the world has its cities',
    query: 'SELECT count(*) FROM public.city',
    expect: { min: 100_000 },
  },
];

const ofGuides = [
  { kind: 'objects', names: ['guide', 'note'] },
  {
    kind: 'orphans',
    child: 'guide',
    columns: ['city'],
    parentTarget: 'shop-db',
    parent: 'public.city',
    parentColumns: ['id'],
  },
  { kind: 'index', of: 'guide', keys: ['country', 'name'] },
];

const ofLikeness = [
  { kind: 'objects', names: ['likeness'] },
  {
    kind: 'orphans',
    child: 'likeness',
    columns: ['guide'],
    parentTarget: 'guides',
    parent: 'guide',
    parentColumns: ['_id'],
  },
  { kind: 'dimensions', of: 'likeness', column: 'likeness', dimensions: likenessDimensions },
  {
    kind: 'search',
    of: 'likeness',
    column: 'likeness',
    key: 'guide',
    near: { key: '1' },
    metric: 'cosine',
    limit: 3,
    hits: ['1'],
  },
];

const ofSessions = [
  { kind: 'objects', names: ['db0/session', 'db0/visits', 'db0/ranking'] },
  {
    kind: 'orphans',
    child: 'db0/session',
    columns: ['city'],
    parentTarget: 'shop-db',
    parent: 'public.city',
    parentColumns: ['id'],
  },
];

const checksOf: Readonly<Record<string, readonly { kind: string; parentTarget?: string }[]>> = {
  'shop-db': ofCities,
  guides: ofGuides,
  likeness: ofLikeness,
  sessions: ofSessions,
};

/** Writes an estate file, its secrets (mode 600) and the service's env file into an empty folder. */
export const writeDemoEstate = async (folder: string, on: DemoServers): Promise<DemoEstate> => {
  const secrets = join(folder, 'secrets');
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  const keep = async (name: string, value: string): Promise<string> => {
    await writeFile(join(secrets, name), value, { mode: 0o600 });
    return `file:${join(secrets, name)}`;
  };
  const codes = { starter: new Secret({ size: 20 }).base32, approver: new Secret({ size: 20 }).base32 };
  const envFile = join(folder, 'shop.env');
  const addresses = on.stores.map(({ envKey, primaryUrl }) => `${envKey}=${primaryUrl}`);
  await writeFile(envFile, ['# read by the demo service', ...addresses, 'LOG_LEVEL=info', ''].join('\n'), {
    mode: 0o600,
  });
  const present = new Set(on.stores.map(({ target }) => target));
  const targetOf = async ({ target, kind, envKey, primaryUrl, serverUrl }: DemoServers['stores'][number]) => {
    const server = await keep(`${target}-server-url`, serverUrl);
    const checks = checksOf[target] ?? [];
    return {
      kind,
      objective: { rto: '5m', rpo: '5m' },
      primary: await keep(`${target}-primary-url`, primaryUrl),
      besideServer: server,
      scratchServer: server,
      backup: { every: '2m', takes: '1m' },
      switches: [{ kind: 'env-file', path: envFile, key: envKey }],
      services: ['shop'],
      checks: checks.filter(({ parentTarget }) => parentTarget === undefined || present.has(parentTarget)),
    };
  };
  const targets: Record<string, Awaited<ReturnType<typeof targetOf>>> = {};
  for (const store of on.stores) targets[store.target] = await targetOf(store);
  const estate = {
    name: 'demo',
    vault: {
      kind: 's3',
      bucket: on.bucket,
      endpoint: on.minio.endpoint,
      accessKeyId: await keep('vault-access-key-id', on.minio.accessKeyId),
      secretAccessKey: await keep('vault-secret-access-key', on.minio.secretAccessKey),
      key: await keep('vault-key', randomBytes(32).toString('hex')),
    },
    people: {
      starter: { name: 'The demo starter', code: await keep('code-of-starter', codes.starter) },
      approver: { name: 'The demo approver', code: await keep('code-of-approver', codes.approver) },
    },
    services: { shop: { health: `http://127.0.0.1:${on.servicePort}/health`, greens: 3, every: '250ms' } },
    targets,
  };
  const file = join(folder, 'estate.yaml');
  await writeFile(file, stringify(estate));
  await chmod(folder, 0o700);
  return { file, envFile, codes, service: 'shop' };
};
