import { z } from 'zod';
import { risks } from '../domain/risk.ts';
import { storeKinds } from '../domain/words.ts';
import { checkSchema } from './check-schema.ts';
import { duration, id, kindError, list, mapping, named, sayKind, seconds, secret, text, url } from './fields.ts';

const vaultKey = { key: secret, keyName: id.default('first') };

const folderVault = mapping({ kind: z.literal('folder'), path: text('a folder'), ...vaultKey });

const s3Vault = mapping({
  kind: z.literal('s3'),
  bucket: text('the name of a bucket'),
  prefix: z
    .string({ error: 'expected a prefix like dr/shop' })
    .regex(/^([^/\s]+(\/[^/\s]+)*)?$/, { error: 'a prefix has no spaces and no / at either end' })
    .default(''),
  region: text('a region').default('us-east-1'),
  endpoint: url.exactOptional(),
  accessKeyId: secret,
  secretAccessKey: secret,
  ...vaultKey,
});

const envFile = mapping({
  kind: z.literal('env-file'),
  path: text('the path of an env file'),
  key: z
    .string({ error: 'expected the name of a variable' })
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'a variable has letters, digits and underscores' }),
});

const milvusName = (what: string) =>
  z.string({ error: `expected the name of ${what}` }).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error: `the name of ${what} has letters, digits and underscores`,
  });

const milvusAlias = mapping({
  kind: z.literal('milvus-alias'),
  alias: milvusName('an alias'),
  collection: milvusName('a collection'),
});

const person = mapping({ name: text('a name'), code: secret });

const service = mapping({
  health: url,
  greens: z
    .int({ error: 'expected a whole number of probes' })
    .min(1, { error: 'at least one green probe is needed' })
    .max(100, { error: 'at most 100 green probes' })
    .default(3),
  every: duration('100ms', '5m').prefault('1s'),
});

/** `memory` comes last: it is for trials. */
const targetKinds = storeKinds.toReversed();

const promise = seconds.nullable().default(null);

const target = mapping({
  kind: z.enum(targetKinds, { error: ({ input }) => sayKind('target', targetKinds, input) }),
  objective: mapping({ rto: promise, rpo: promise }).prefault({}),
  primary: secret,
  besideServer: secret.nullable().default(null),
  scratchServer: secret.nullable().default(null),
  backup: mapping({
    every: seconds.nullable().default(null),
    takes: seconds.nullable().default(null),
    only: list('names of objects', text('the name of an object')),
    except: list('names of objects', text('the name of an object')),
    carry: list('files and folders', text('the path of a file or folder')),
  }).prefault({}),
  switches: list(
    'switches',
    z.discriminatedUnion('kind', [envFile, milvusAlias], { error: kindError('switch', ['env-file', 'milvus-alias']) }),
  ),
  services: list('services', id),
  checks: list('checks', checkSchema),
});

const risk = z.enum(risks, { error: `expected one of ${risks.join(', ')}` });

/** `estate.yaml` as people write it. Durations become seconds, but `every` of a service: milliseconds. */
export const estateSchema = mapping({
  name: id,
  region: id.default('local'),
  vault: z.discriminatedUnion('kind', [s3Vault, folderVault], { error: kindError('vault', ['s3', 'folder']) }),
  people: named('people', person).default({}),
  services: named('services', service).default({}),
  targets: named('targets', target).refine((all) => Object.keys(all).length > 0, {
    error: 'there is no target: nothing would be protected',
  }),
  risk: named('risks', risk).default({}),
});

export type EstateFile = z.output<typeof estateSchema>;
