import { afterAll, describe, expect, it } from 'vitest';
import { type RunningMinio, startMinio } from '../../src/local/components/minio.ts';
import { s3Backend } from '../../src/vault/s3-backend.ts';
import { kindOf } from './backend-conformance.ts';

describe('s3 backend and a server that hangs', () => {
  let minio: RunningMinio | null = null;
  afterAll(() => minio?.stop());

  it('gives up a server that takes requests and never answers', async () => {
    minio = await startMinio({ say: () => {} });
    process.kill(minio.pid, 'SIGSTOP');
    try {
      const backend = s3Backend({ ...minio, bucket: 'x', prefix: '', patienceMs: 200 });
      const began = Date.now();
      expect(await kindOf(backend.get('a'))).toBe('unreachable');
      expect(Date.now() - began).toBeLessThan(15_000);
    } finally {
      process.kill(minio.pid, 'SIGCONT');
    }
  });
});
