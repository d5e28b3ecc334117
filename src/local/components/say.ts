/** Where progress goes: one line at a time, without a line end. */
export type Say = (line: string) => void;

/** Progress for people: standard error, so that standard output stays for answers. */
export const sayOnStderr: Say = (line) => {
  process.stderr.write(`${line}\n`);
};

/** Awaits `work`, and says every `everyMs` what it is waiting for and since how many seconds. */
export const waitingFor = async <T>(what: string, work: Promise<T>, say: Say, everyMs = 10_000): Promise<T> => {
  const beganAt = performance.now();
  const timer = setInterval(() => {
    say(`waiting for ${what} (${Math.round((performance.now() - beganAt) / 1000)} s)`);
  }, everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
};
