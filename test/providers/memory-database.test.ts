import { memoryServer } from '../../src/memory/server.ts';
import { memoryDatabase } from '../../src/providers/memory-database.ts';
import { memory } from '../../src/stores/memory/index.ts';
import { workOf } from '../stores/conformance/bench.ts';
import { databaseConformance } from './conformance.ts';

databaseConformance({
  kind: 'memory',
  make: memoryDatabase,
  isInProcess: true,
  start: async () => ({
    server: 'memory://server',
    async fill(url) {
      await using _place = await memory.open(url, workOf());
      memoryServer.put(url, 'orders', [1, 2, 3]);
    },
    isFilled: async (url) => memoryServer.find(url)?.objects.has('orders') ?? false,
    stop: async () => {},
  }),
});
