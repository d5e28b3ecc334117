import { randomUUID } from 'node:crypto';
import { memoryServer } from '../../src/memory/server.ts';
import { memory } from '../../src/stores/memory/index.ts';
import type { Row } from './conformance/harness.ts';
import { storeConformance } from './conformance.ts';

storeConformance({
  kind: memory,
  module: { href: new URL('../../src/stores/memory/index.ts', import.meta.url).href, exportName: 'memory' },
  can: { fence: true, canary: true, checks: true },
  selects: { parts: true, existing: true, owners: false },
  nameOf: (object) => object,
  longestName: 1_000,
  bigRows: 350,
  isInProcess: true,
  start: async () => ({
    async empty() {
      const url = `memory://place-${randomUUID()}`;
      memoryServer.create(url);
      return url;
    },
    absent: async () => `memory://absent-${randomUUID()}`,
    put: async (url, object, rows) => memoryServer.put(url, object, rows),
    drop: async (url, object) => memoryServer.dropObject(url, object),
    rows: async (url, object) => memoryServer.rows(url, object) as unknown as Row[],
    user: async (url) => ({
      // A turn of the event loop, so that other work can come between two writes.
      write: (object, row) =>
        new Promise((done, failed) => {
          setImmediate(() => {
            try {
              done(memoryServer.write(url, object, row));
            } catch (error) {
              failed(error);
            }
          });
        }),
      [Symbol.asyncDispose]: async () => {},
    }),
    stop: async () => {},
  }),
});
