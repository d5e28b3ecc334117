import type { Document, ErrorCode, Node } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

/** One thing wrong in an estate file. `path` is empty when the file as a whole, or its YAML, is wrong. */
export interface Problem {
  line: number;
  path: string;
  says: string;
}

export type Path = readonly PropertyKey[];

/** The plain value of a YAML file, and where each part of it stands. */
export interface Parsed {
  value: unknown;
  problems: readonly Problem[];
  /** Line of the key at `path`, or of its nearest parent that exists. From 1. */
  lineOf(path: Path): number;
}

/** Sentences of our own: the library's quote what stands in the file, and that may be a secret. */
const sentences: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'a tab indents this line; use spaces',
  DUPLICATE_KEY: 'this key stands twice in its mapping; keep one',
  MULTIPLE_DOCS: 'a second document starts here; one file describes one estate',
  BAD_INDENT: 'the indentation does not fit the lines above, or something there is not closed',
  MISSING_CHAR: 'something is not closed or a ":" is missing',
  BLOCK_AS_IMPLICIT_KEY: 'two keys stand on one line; put the value in quotes or on a line of its own',
  BAD_SCALAR_START: 'a value cannot start with this character; put it in quotes',
  BAD_ALIAS: 'anchors and aliases are not used here; write the value out',
  TAG_RESOLVE_FAILED: 'tags are not used here; write a plain value',
  RESOURCE_EXHAUSTION: 'this is nested too deep',
};

const malformed = (code: ErrorCode): string =>
  sentences[code] ?? `malformed YAML (${code.toLowerCase().replaceAll('_', ' ')})`;

/** What plain YAML allows and an estate file does not: it is read by people in a hurry. */
const foreign = (document: Document, lineAt: (node: Node) => number): Problem[] => {
  const found: Problem[] = [];
  const add = (node: Node, says: string): void => void found.push({ line: lineAt(node), path: '', says });
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node) || node.anchor !== undefined) add(node, malformed('BAD_ALIAS'));
      if (!isAlias(node) && node.tag !== undefined) add(node, malformed('TAG_RESOLVE_FAILED'));
    },
    Pair: (_, { key }) => {
      if (isMap(key) || isSeq(key)) add(key, 'a key has to be a plain word');
    },
  });
  return found;
};

const firstOfLine = (problems: readonly Problem[]): Problem[] =>
  problems.filter((one, at) => problems.findIndex((other) => other.line === one.line) === at);

/** Parses YAML 1.2 without anchors, tags or second documents. Never throws; never quotes the file in what it says. */
export const parseYaml = (text: string): Parsed => {
  const counter = new LineCounter();
  const lineAtOffset = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'error' });
  const lineAt = (node: Node): number => lineAtOffset(node.range?.[0] ?? 0);

  const lineOf = (path: Path): number => {
    let line = 1;
    let node: unknown = document.contents;
    for (const part of path) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
        if (pair === undefined) return line;
        line = lineAt(pair.key as Node);
        node = pair.value;
      } else if (isSeq(node)) {
        const item = node.items[Number(part)] as Node | undefined;
        if (item === undefined) return line;
        line = lineAt(item);
        node = item;
      } else return line;
    }
    return line;
  };

  const broken = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    line: lineAtOffset(pos[0]),
    path: '',
    says: malformed(code),
  }));
  const problems = firstOfLine([...broken, ...(document.errors.length > 0 ? [] : foreign(document, lineAt))]);
  return { value: problems.length > 0 ? undefined : document.toJS(), problems, lineOf };
};
