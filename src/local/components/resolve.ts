import { DrError } from '../../domain/errors.ts';
import type { Say } from './say.ts';

/** One way to get a component. Answers with a path, or throws why it cannot: the next way is tried then. */
export interface Way {
  says: string;
  find(): Promise<string>;
}

export interface Component {
  name: string;
  /** How a person installs it, so that one of the ways works. */
  byHand: string;
}

/**
 * Tries the ways in order and answers with the first path found.
 * @throws DrError `missing` (permanent) that lists every way tried, why each failed, and how to install by hand
 */
export const resolveComponent = async (component: Component, ways: readonly Way[], say: Say): Promise<string> => {
  const tried: string[] = [];
  for (const way of ways) {
    try {
      const path = await way.find();
      say(`${component.name}: ${way.says}: ${path}`);
      return path;
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).trim();
      tried.push(`  ${way.says}: ${why}`);
      say(`${component.name}: ${way.says}: ${firstLine(why)}`);
    }
  }
  throw new DrError(
    'missing',
    `component ${component.name} not found, and no way to get it worked; tried\n${tried.join('\n')}`,
    component.byHand,
  );
};

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
