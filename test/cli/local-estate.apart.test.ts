import { expect, it, vi } from 'vitest';
import { inProcess } from './in-process.ts';

// The local estate is one per checkout: a test must not take down the one that somebody works with.
vi.mock('../../src/local/estate/up.ts', () => ({
  up: async (print: (line: string) => void) => {
    print('local estate is up');
    return {
      startedAt: '2026-01-31T02:00:00.000Z',
      temporal: { address: '127.0.0.1:7233', uiUrl: 'http://127.0.0.1:8233', namespace: 'default', pid: 1 },
      postgres: { url: 'postgres://postgres:hunter2@127.0.0.1:5432/postgres', port: 5432, bin: '/bin', pid: 2 },
      minio: { endpoint: 'http://127.0.0.1:9000', region: 'x', accessKeyId: 'a', secretAccessKey: 'hunter2', pid: 3 },
    };
  },
}));
vi.mock('../../src/local/estate/down.ts', () => ({ down: async () => false }));

it('says where the local estate is, as one JSON document without its passwords', async () => {
  const up = await inProcess(['up', '--json']);
  expect(up.code).toBe(0);
  expect(up.json()).toMatchObject({ temporal: { uiUrl: 'http://127.0.0.1:8233' }, postgres: { port: 5432 } });
  expect(up.err).toBe('local estate is up\n');
  expect(up.out).not.toContain('hunter2');
  expect((await inProcess(['down', '--json'])).json()).toEqual({ wasUp: false });
});
