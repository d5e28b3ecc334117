import { ident } from '../connection/quote.ts';

/** A word or name of a statement, where it stands in the text. */
interface Token {
  text: string;
  from: number;
  to: number;
  depth: number;
}

/** Comments, texts, dollar-quoted texts, quoted names, words, anything else but space: nothing in the first three counts. */
const lexer =
  /--[^\n]*|\/\*[\s\S]*?\*\/|[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\S/g;

/** Statements as pg_restore writes them, up to their semicolons. */
const statements = function* (sql: string): Iterable<Token[]> {
  let statement: Token[] = [];
  let depth = 0;
  for (const { 0: text, index } of sql.matchAll(lexer)) {
    if (text.startsWith('--') || text.startsWith('/*')) continue;
    if (text === ')') depth -= 1;
    if (text === ';' && depth <= 0) {
      yield statement;
      statement = [];
      depth = 0;
      continue;
    }
    statement.push({ text, from: index, to: index + text.length, depth });
    if (text === '(') depth += 1;
  }
  yield statement;
};

const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token !== undefined && words.includes(token.text.toUpperCase());

/** Words that stand for whoever it is. */
const nobody = ['PUBLIC', 'CURRENT_USER', 'SESSION_USER', 'CURRENT_ROLE', 'USER'];

/** Names from a position on, separated by commas. */
const listFrom = (tokens: readonly Token[], at: number): Token[] => {
  const found: Token[] = [];
  for (let n = at; n < tokens.length; n += 1) {
    if (isWord(tokens[n], 'GROUP')) continue;
    found.push(tokens[n]!);
    if (tokens[n + 1]?.text !== ',') break;
    n += 1;
  }
  return found;
};

/** `TO` and `FROM` are reserved: as names of other things they are quoted, so outside of parentheses they are themselves. */
const afterLast = (tokens: readonly Token[], ...words: readonly string[]): Token[] => {
  const at = tokens.findLastIndex((token) => token.depth === 0 && isWord(token, ...words));
  return at < 0 ? [] : listFrom(tokens, at + 1);
};

/** Tokens of a statement that name roles, the owner's included. */
const rolesOf = (tokens: readonly Token[]): Token[] => {
  const [first, second, third] = tokens;
  const after = (...words: readonly string[]): Token[] => {
    const at = tokens.findIndex(
      (token, n) => words.every((word, w) => isWord(tokens[n + w], word)) && token.depth === 0,
    );
    return at < 0 ? [] : listFrom(tokens, at + words.length);
  };
  if (isWord(first, 'GRANT', 'REVOKE')) return [...afterLast(tokens, 'TO', 'FROM'), ...after('GRANTED', 'BY')];
  if (isWord(first, 'SET') && isWord(second, 'SESSION') && isWord(third, 'AUTHORIZATION')) return listFrom(tokens, 3);
  if (isWord(first, 'CREATE') && isWord(second, 'POLICY')) return after('TO');
  if (isWord(second, 'USER') && isWord(third, 'MAPPING')) return after('FOR');
  if (!isWord(first, 'ALTER')) return [];
  if (isWord(second, 'DEFAULT')) return [...after('FOR', 'ROLE'), ...afterLast(tokens, 'TO', 'FROM')];
  return isWord(tokens.at(-3), 'OWNER') && isWord(tokens.at(-2), 'TO') ? tokens.slice(-1) : [];
};

/** Null for what is no name. */
const nameOf = ({ text }: Token): string | null => {
  if (text.startsWith('"')) return text.slice(1, -1).replaceAll('""', '"');
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (nobody.includes(text.toUpperCase()) || !/^[A-Za-z_\u0080-\uffff]/.test(text)) return null;
  return text.toLowerCase();
};

/** Roles that the SQL of pg_restore names: as owners, in rights, in policies, in user mappings. */
export const roleNames = (sql: string): Set<string> => {
  const found = new Set<string>();
  for (const tokens of statements(sql)) {
    for (const token of rolesOf(tokens)) {
      const name = nameOf(token);
      if (name !== null) found.add(name);
    }
  }
  return found;
};

/**
 * The same SQL with other roles, by their old names; those the map does not hold stay. Nothing else in it is touched: not
 * the body of a function, not an expression of a policy.
 */
export const mapRoles = (sql: string, roles: Readonly<Record<string, string>>): string => {
  let [mapped, at] = ['', 0];
  for (const tokens of statements(sql)) {
    for (const token of rolesOf(tokens).sort((a, b) => a.from - b.from)) {
      const name = nameOf(token);
      if (name === null || !Object.hasOwn(roles, name)) continue;
      mapped += sql.slice(at, token.from) + ident(roles[name]!);
      at = token.to;
    }
  }
  return mapped + sql.slice(at);
};
