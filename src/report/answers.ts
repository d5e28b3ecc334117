import type { PartName, Report } from './report.ts';

/** Did we make it, in words. */
export const answers: Record<Report['headline']['answer'], string> = {
  yes: 'Yes, we made it',
  no: 'No, we did not make it',
  partly: 'Partly: it recovered, with failures to read below',
  'not measured': 'Not measured: it ended well, and whether it was good enough is not known',
  planned: 'A plan: nothing was changed',
};

/** What time was spent on, in words. */
export const partSays: Record<PartName, string> = {
  machine: 'machine work',
  human: 'waiting for a person',
  hold: 'on hold',
  lock: 'waiting for a place that another run held',
  failedAttempts: 'failed attempts and the pauses after them',
  queue: 'waiting for a worker',
  engine: 'between steps',
  outsideRun: 'before the run started or after it ended',
};
