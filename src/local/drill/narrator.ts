/** Tells the story of a drill on standard error, with the time since it began. */
export interface Narrator {
  chapter(title: string): void;
  line(text: string): void;
}

const clock = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${((ms % 60_000) / 1000).toFixed(1).padStart(4, '0')}`;

export const narrator = (write: (text: string) => void): Narrator => {
  const beganAt = performance.now();
  const stamp = (): string => clock(performance.now() - beganAt).padStart(7);
  return {
    chapter: (title) => write(`\n${stamp()}  ${title}\n`),
    line: (text) => write(`${stamp()}    ${text}\n`),
  };
};
