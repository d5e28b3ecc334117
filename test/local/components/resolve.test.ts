import { expect, test } from 'vitest';
import { DrError } from '../../../src/domain/errors.ts';
import { resolveMinio } from '../../../src/local/components/minio.ts';
import { resolvePostgres } from '../../../src/local/components/postgres-binaries.ts';
import { resolveComponent, type Way } from '../../../src/local/components/resolve.ts';
import { resolveTemporal } from '../../../src/local/components/temporal.ts';
import { resolveTestServer } from '../../../src/local/components/test-server.ts';
import { runTool } from '../../../src/local/components/tool.ts';
import { withEnv } from '../../support/with-env.ts';

const component = { name: 'MinIO', byHand: 'install it like this' };
const fails = (says: string, why: string, takes?: string): Way => ({
  says,
  ...(takes === undefined ? {} : { takes }),
  find: () => Promise.reject(new Error(why)),
});
const finds = (says: string, path: string, takes?: string): Way => ({
  ...fails(says, '', takes),
  find: () => Promise.resolve(path),
});

test('the first way that works is taken, and the later ones are not tried', async () => {
  const said: string[] = [];
  const ways = [fails('PATH', 'none there'), finds('cache', '/c/minio'), fails('download', 'must not be tried')];
  await expect(resolveComponent(component, ways, { say: (line) => said.push(line) })).resolves.toBe('/c/minio');
  expect(said).toEqual(['MinIO: cache: /c/minio']);
});

test('before something takes time it says what it does and why the quick ways did not work', async () => {
  const said: string[] = [];
  const ways = [fails('PATH', 'none there'), finds('go install', '/c/minio', 'about 3 minutes')];
  await resolveComponent(component, ways, { say: (line) => said.push(line) });
  expect(said).toEqual([
    'MinIO: PATH: none there',
    'MinIO: go install: begins, takes about 3 minutes',
    'MinIO: go install: /c/minio',
  ]);
});

test('when no way works the failure lists each with its reason, and how to install by hand', async () => {
  const ways = [fails('PATH', 'none there'), fails('download', 'no such host', 'a minute')];
  const error = await resolveComponent(component, ways, { say: () => undefined }).catch((failure) => failure);
  expect(error).toBeInstanceOf(DrError);
  expect(error.kind).toBe('missing');
  expect(error.message).toBe('component MinIO not found; tried\n  PATH: none there\n  download: no such host');
  expect(error.hint).toBe('install it like this');
});

test.each([
  ['PostgreSQL 16 with pgvector', resolvePostgres, /postgresql-16-pgvector/],
  ['Temporal dev server', resolveTemporal, /go install github.com\/temporalio\/cli/],
  ['Temporal test server', resolveTestServer, /apt install default-jre-headless maven/],
  ['MinIO', resolveMinio, /go install github.com\/minio\/minio@/],
])(
  '%s: on a machine without anything the failure says where it looked and how to install it',
  async (_, resolve, hint) => {
    await withEnv({ PATH: '/nonexistent', XDG_CACHE_HOME: '/nonexistent/cache' }, async () => {
      const error = await resolve({ fetch: false, say: () => undefined }).catch((failure) => failure);
      expect(error.message).toMatch(/tried\n {2}PATH.*: .*\n {2}cache: nothing at \/nonexistent\/cache\/dr-runbooks\//);
      expect(error.hint).toMatch(hint);
    });
  },
);

test.each([
  ['python3', /python3-venv/],
  ['go', /golang/],
  ['java', /default-jre-headless/],
  ['mvn', /apt install maven/],
] as const)('a missing %s is named with how to install it', async (tool, hint) => {
  await withEnv({ PATH: '/nonexistent' }, async () => {
    const failure = await runTool(tool, ['--version'], { timeoutMs: 1_000 }).catch((error) => error);
    expect(failure.message).toMatch(`needs ${tool}, which is not on PATH`);
    expect(failure.message).toMatch(hint);
  });
});
