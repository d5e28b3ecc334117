import { DrError } from '../../domain/errors.ts';
import { type Say, sayOnStderr, waitingFor } from './say.ts';

/** One way to get a component. Answers with a path, or throws why it cannot: the next way is tried then. */
export interface Way {
  says: string;
  /** How long it is expected to take, when it gets something that is not on this machine. */
  takes?: string;
  find(): Promise<string>;
}

export interface Component {
  name: string;
  /** How a person installs it, so that one of the ways works. */
  byHand: string;
}

export interface ResolveOptions {
  say?: Say;
  /** False: look on this machine only, get nothing. */
  fetch?: boolean;
}

/**
 * Tries the ways in order and answers with the first path found. Says where it was found, and, once something takes
 * longer than a moment, why the ways before did not work.
 * @throws DrError `missing` (permanent) that lists every way tried, why each failed, and how to install by hand
 */
export const resolveComponent = async (
  component: Component,
  ways: readonly Way[],
  { say = sayOnStderr, fetch = true }: ResolveOptions,
): Promise<string> => {
  const tried: string[] = [];
  const unsaid: string[] = [];
  for (const way of ways.filter(({ takes }) => fetch || takes === undefined)) {
    try {
      if (way.takes !== undefined) unsaid.push(`${component.name}: ${way.says}: begins, takes ${way.takes}`);
      if (way.takes !== undefined) for (const line of unsaid.splice(0)) say(line);
      const path = await waitingFor(`${component.name}: ${way.says}`, way.find(), say);
      say(`${component.name}: ${way.says}: ${path}`);
      return path;
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).trim();
      tried.push(`  ${way.says}: ${why}`);
      unsaid.push(`${component.name}: ${way.says}: ${firstLine(why)}`);
    }
  }
  for (const line of unsaid) say(line);
  throw new DrError('missing', `component ${component.name} not found; tried\n${tried.join('\n')}`, component.byHand);
};

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
