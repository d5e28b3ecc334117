import { DrError, type ErrorKind } from '../domain/errors.ts';

interface Answer {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

const badEndpoint = ['bad-input', 'correct the endpoint in the estate file: http://… or https://…'] as const;
const untrusted = ['no-permission', 'trust its certificate: NODE_EXTRA_CA_CERTS names a file of authorities'] as const;

const byName: Readonly<Record<string, readonly [ErrorKind, string]>> = {
  ERR_INVALID_URL: badEndpoint,
  EndpointError: badEndpoint,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted,
  AbortError: ['interrupted', 'the work was told to stop'],
  NoSuchKey: ['missing', 'dr verify says which sets need it'],
  NotFound: ['missing', 'dr verify says which sets need it'],
  NoSuchBucket: ['missing', 'make the bucket, or correct its name in the estate file'],
  RequestTimeTooSkewed: ['no-permission', "set this machine's clock: the server refuses the signature's time"],
  NotImplemented: ['not-supported', 'this server lacks conditional writes (If-None-Match), which a vault needs'],
  PermanentRedirect: ['bad-input', 'correct the region of the bucket in the estate file'],
  AuthorizationHeaderMalformed: ['bad-input', 'correct the region of the bucket in the estate file'],
  XMinioStorageFull: ['no-space', 'free space on the storage server, then try again'],
  XMinioAdminBucketQuotaExceeded: ['no-space', 'raise the quota of the bucket, then try again'],
  QuotaExceeded: ['no-space', 'raise the quota of the bucket, then try again'],
  ConditionalRequestConflict: ['unreachable', 'another writer was busy with the key; try again'],
};

const byStatus = (status: number | undefined): readonly [ErrorKind, string] => {
  if (status === 507) return ['no-space', 'free space on the storage server, then try again'];
  if (status === 401 || status === 403) return ['no-permission', 'check the access key and the bucket policy'];
  if (status === undefined || status >= 500 || status === 408 || status === 429) {
    return ['unreachable', 'is the storage server up, and is the endpoint right?'];
  }
  return ['unexpected', 'look at the log of the storage server'];
};

/** What a failed request of the S3 protocol means for a vault. Error bodies are not repeated: they may hold signatures. */
export const s3Error = (error: unknown, says: string, what: string): DrError => {
  if (error instanceof DrError) return error;
  const answer = error as Answer;
  const status = answer.$metadata?.httpStatusCode;
  const name = answer.code ?? answer.name ?? 'Error';
  const [kind, hint] = byName[name] ?? byName[answer.name ?? ''] ?? byStatus(status);
  return new DrError(kind, `${says}: cannot ${what}: ${name}${status ? ` (HTTP ${status})` : ''}`, hint, {
    facts: { name, status: status ?? null },
  });
};
