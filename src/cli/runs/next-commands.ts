import type { Status, Wait } from '../../domain/run.ts';
import type { RunId } from '../../domain/words.ts';

/** A word as a shell reads it. */
const shell = (word: string): string => (/^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

const open = (status: Status, kind: Wait['kind']): string[] =>
  status.waits.flatMap((wait) => (wait.kind === kind && wait.to === null && wait.step !== null ? [wait.step] : []));

const isSkippable = (status: Status, step: string): boolean => {
  const planned = status.plan?.phases.flatMap((phase) => phase.steps).find((one) => one.id === step);
  return planned?.kind === 'do' && planned.skippable !== undefined;
};

/** The commands that would move a run on, ready to be typed; empty while the machine works. */
export const nextCommands = (run: RunId, status: Status): string[] => {
  const id = shell(run);
  const gates = open(status, 'approval');
  const questions = open(status, 'question');
  const which = (option: string, ids: readonly string[], one: string) => (ids.length > 1 ? ` ${option} ${one}` : '');
  if (status.state === 'ended') return [`dr report ${id}`];
  if (status.state === 'held') return [`dr resume ${id}`, `dr abort ${id} --why '…'`];
  if (status.state === 'approving') {
    return gates.flatMap((gate) => [
      `dr approve ${id}${which('--gate', gates, gate)} --code 123456`,
      `dr deny ${id}${which('--gate', gates, gate)} --code 123456 --why '…'`,
    ]);
  }
  if (status.state !== 'asking') return [];
  return [
    ...questions.flatMap((step) => [
      `dr retry ${id}${which('--step', questions, step)}`,
      ...(isSkippable(status, step)
        ? [`dr skip ${id}${which('--step', questions, step)} --why '…' --code 123456`]
        : []),
    ]),
    `dr abort ${id} --why '…'`,
  ];
};
