const unitsMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const units = Object.keys(unitsMs) as readonly (keyof typeof unitsMs)[];

const shape = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?(?:(\d{1,6})ms)?$/;

/** Milliseconds of `4h`, `15m`, `1h30m`, `500ms`: units from large to small, each once. Null when it is no duration. */
export const parseDuration = (text: string): number | null => {
  const found = shape.exec(text);
  if (found === null || text === '') return null;
  return units.reduce((ms, unit, index) => ms + Number(found[index + 1] ?? 0) * unitsMs[unit], 0);
};

/** `1h30m` of 5 400 000: exact, and read back by `parseDuration`. Whole milliseconds, at least 0. */
export const formatDuration = (ms: number): string => {
  const parts = units.reduce(
    ({ text, left }, unit) => {
      const count = Math.floor(left / unitsMs[unit]);
      return { text: count === 0 ? text : `${text}${count}${unit}`, left: left - count * unitsMs[unit] };
    },
    { text: '', left: Math.round(ms) },
  );
  return parts.text === '' ? '0s' : parts.text;
};
