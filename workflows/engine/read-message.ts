import type { MessageName } from '../../src/domain/message.ts';
import { messages } from '../../src/domain/message.ts';
import { cutText } from './text.ts';

const fieldNames = ['code', 'gate', 'breakGlass', 'by', 'why', 'plan', 'step', 'says'] as const;
type FieldName = (typeof fieldNames)[number];

/** What a message holds once it is read: texts, trimmed, never empty. */
export type Fields = Partial<Record<FieldName, string>>;

const reason: readonly FieldName[] = ['why', 'step', 'code'];
const legal: Readonly<Record<MessageName, readonly FieldName[]>> = {
  approve: ['code', 'gate', 'breakGlass', 'by', 'why', 'plan'],
  deny: ['code', 'gate', 'why', 'plan'],
  hold: reason,
  resume: reason,
  retryStep: reason,
  skipStep: reason,
  abort: reason,
  note: ['says'],
};

const what = (raw: unknown): string => {
  if (Array.isArray(raw)) return 'a list';
  return typeof raw === 'object' ? 'an object' : typeof raw === 'string' ? 'a text' : `a ${typeof raw}`;
};

/** Numbers lose leading zeros on the way from a form: a code has six digits again. */
const readCode = (text: string): string | null => {
  const digits = text.replace(/(?<=\d)[\s-](?=\d)/g, '');
  return /^\d{1,6}$/.test(digits) ? digits.padStart(6, '0') : null;
};

const mostBytes = 1000;

/**
 * Reads what a person typed into a form: an object of a few texts; nothing at all is an empty object. Anything else is
 * answered with a sentence that shows what to type.
 */
export const readMessage = (name: MessageName, raw: unknown): { fields: Fields } | { refused: string } => {
  const refused = (why: string) => ({ refused: `${name}: ${why}. ${messages[name]}` });
  if (raw === undefined || raw === null) return { fields: {} };
  if (typeof raw !== 'object' || Array.isArray(raw)) return refused(`expected one JSON object, got ${what(raw)}`);
  const fields: Fields = {};
  for (const [key, value] of Object.entries(raw)) {
    const field = legal[name].find((one) => one === key);
    if (field === undefined) return refused(`no field "${cutText(key, 40)}"; legal: ${legal[name].join(', ')}`);
    if (value === null || value === false || value === '') continue;
    if (typeof value === 'object') return refused(`field "${key}" has to be a text, got ${what(value)}`);
    const text = cutText(String(value).trim(), mostBytes);
    if (text !== '') fields[field] = text;
  }
  if (fields.code === undefined) return { fields };
  const code = readCode(fields.code);
  return code === null ? refused('a code has six digits') : { fields: { ...fields, code } };
};
