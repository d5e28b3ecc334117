import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from 'otpauth';
import { stringify } from 'yaml';

/** What the demo estate stands on. URLs are secrets: they go to files of their own. */
export interface DemoServers {
  /** The database the service uses, and the server on which copies of it are made. */
  primaryUrl: string;
  serverUrl: string;
  minio: { endpoint: string; accessKeyId: string; secretAccessKey: string };
  bucket: string;
  servicePort: number;
}

export interface DemoEstate {
  file: string;
  envFile: string;
  /** Base32 secret per person: what their authenticators would hold. */
  codes: Readonly<Record<'starter' | 'approver', string>>;
  target: 'shop-db';
  service: 'shop';
}

/** What must be true of the cities of the world, whichever copy they are in. */
const checks = [
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

/** Writes an estate file, its secrets (mode 600) and the service's env file into an empty folder. */
export const writeDemoEstate = async (folder: string, on: DemoServers): Promise<DemoEstate> => {
  const secrets = join(folder, 'secrets');
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  const keep = async (name: string, value: string): Promise<string> => {
    await writeFile(join(secrets, name), value, { mode: 0o600 });
    return `file:${join(secrets, name)}`;
  };
  const codes = { starter: new Secret({ size: 20 }).base32, approver: new Secret({ size: 20 }).base32 };
  const server = await keep('server-url', on.serverUrl);
  const envFile = join(folder, 'shop.env');
  await writeFile(envFile, `# read by the demo service\nDATABASE_URL=${on.primaryUrl}\nLOG_LEVEL=info\n`, {
    mode: 0o600,
  });
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
    targets: {
      'shop-db': {
        kind: 'postgres',
        objective: { rto: '5m', rpo: '5m' },
        primary: await keep('primary-url', on.primaryUrl),
        besideServer: server,
        scratchServer: server,
        backup: { every: '2m', takes: '1m' },
        switches: [{ kind: 'env-file', path: envFile, key: 'DATABASE_URL' }],
        services: ['shop'],
        checks,
      },
    },
  };
  const file = join(folder, 'estate.yaml');
  await writeFile(file, stringify(estate));
  await chmod(folder, 0o700);
  return { file, envFile, codes, target: 'shop-db', service: 'shop' };
};
