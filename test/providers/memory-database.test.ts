import { memoryServer } from '../../src/memory/server.ts';
import { memoryDatabase } from '../../src/providers/memory-database.ts';
import { databaseConformance } from './conformance.ts';

databaseConformance({
  kind: 'memory',
  make: memoryDatabase,
  isInProcess: true,
  start: async () => ({
    server: 'memory://server',
    fill: async (url) => memoryServer.put(url, 'orders', [1, 2, 3]),
    isFilled: async (url) => memoryServer.find(url)?.objects.has('orders') ?? false,
    stop: async () => {},
  }),
});
