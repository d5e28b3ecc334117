// How the product's processes are started. Plain JavaScript on Node 20 with nothing installed.
import { join } from 'node:path';

/**
 * Young objects get 2 MiB and not 16: what a command moves are buffers, and a third of its memory was young objects that
 * nobody needed any more.
 */
export const nodeArgs = ['--max-semi-space-size=2'];

/**
 * Two heaps of the C library and not one for each thread: memory that one thread gives back serves the others. Buffers of
 * chunks stay out of them, or what was freed between others would never go back to the system. What was compiled once is not
 * compiled at every start: half the time until a command begins.
 */
export const nodeEnv = (root) => ({
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(256 * 1024),
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
});
