import type { TestProject } from 'vitest/node';
import { serveShared } from './support/shared-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    sharedServersUrl: string;
  }
}

/** One set of real servers for a whole run: started when a test first asks, stopped at the end. See support/servers.ts. */
const setUp = async (project: TestProject): Promise<() => Promise<void>> => {
  const shared = await serveShared();
  project.provide('sharedServersUrl', shared.url);
  return shared.stop;
};

export default setUp;
