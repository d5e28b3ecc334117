type Parsed = null | boolean | string | number | bigint | Parsed[] | { [key: string]: Parsed };

/** Whole numbers that a double cannot hold stay exact. */
const exact = (_key: string, value: unknown, { source }: { source?: string } = {}): unknown =>
  typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) && !Number.isSafeInteger(value)
    ? BigInt(source)
    : value;

const print = (value: Parsed): string => {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${print(value[key]!)}`).join(',')}}`;
};

/** One text for each meaning: servers write JSON with spaces, orders and forms of numbers of their own. No JSON stays as it is. */
export const canonicalJson = (text: string): string => {
  try {
    return print(JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Parsed);
  } catch {
    return text;
  }
};
