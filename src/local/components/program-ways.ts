import { join } from 'node:path';
import { cached, install } from './cache.ts';
import { goInstall } from './go-install.ts';
import type { Way } from './resolve.ts';
import type { Say } from './say.ts';
import { findOnPath } from './tool.ts';

/** A program that is one file: as it is installed, as its makers publish it, and as Go builds it. */
export interface GoProgram {
  program: string;
  cacheName: string;
  /** The published one. */
  release: string;
  download(folder: string): Promise<void>;
  /** The Go package at an exact version, and how long it takes to build. */
  module: string;
  takes: string;
}

export const waysOf = (one: GoProgram, say?: Say): Way[] => [
  { says: 'PATH', find: () => findOnPath(one.program) },
  { says: 'cache', find: async () => join(cached(one.cacheName), one.program) },
  {
    says: `official download ${one.release}`,
    takes: 'up to a minute',
    find: async () => join(await install(one.cacheName, one.download, say), one.program),
  },
  {
    says: `go install ${one.module}`,
    takes: one.takes,
    find: async () => {
      const build = (folder: string): Promise<void> => goInstall(folder, one.module, one.program);
      return join(await install(one.cacheName, build, say), one.program);
    },
  },
];
