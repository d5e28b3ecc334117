/** Arguments of Node for every process of the product. */
export const nodeArgs: readonly string[];
/** What such a process finds in its environment, unless somebody set it otherwise. `root` is the project's folder. */
export const nodeEnv: (root: string) => { MALLOC_ARENA_MAX: string; NODE_COMPILE_CACHE: string };
