/** What the catalog says about a column's type. */
export interface ColumnFacts {
  name: string;
  isGenerated: boolean;
  /** Declared with a length or a precision. */
  hasModifier: boolean;
  /** Object id of the type, and of what it is an array of or a domain over; 0 for neither. */
  type: number;
  of: number;
  /** `b` base, `c` composite, `d` domain, `e` enum, `r` range, `m` multirange. */
  typeKind: string;
  typeName: string;
  ofName: string;
  /** Send functions, quoted; null for types without one. */
  send: string | null;
  ofSend: string | null;
  /** The extension the type belongs to. */
  extension: string | null;
  /** Equal text may differ in bytes, so its hash does not tell. */
  isLoose: boolean;
}

/** Types of `pg_catalog` have the same numbers and formats on every server. */
const isBuiltIn = (type: number): boolean => type > 0 && type < 10_000;

/** They send the numbers of objects (`regclass`), and another database numbers the same objects otherwise. */
const isNumbered = (typeName: string): boolean =>
  /^_?(reg(proc|procedure|oper|operator|class|collation|type|role|namespace|config|dictionary)|aclitem)$/.test(
    typeName,
  );

/** The server does not read back an empty one that it has sent. */
const isUnreadable = (typeName: string): boolean => /^_?tsquery$/.test(typeName);

/** Base types of extensions whose binary format is theirs to keep stable: clients rely on it. */
const steady: Readonly<Record<string, readonly string[]>> = {
  vector: ['vector', 'halfvec', 'sparsevec'],
  citext: ['citext'],
  hstore: ['hstore'],
};

const isSteady = ({ extension, typeName, typeKind, of }: ColumnFacts): boolean =>
  typeKind === 'b' && of === 0 && extension !== null && (steady[extension]?.includes(typeName) ?? false);

const isPlain = (type: number, typeName: string, send: string | null): boolean =>
  isBuiltIn(type) && send !== null && !isNumbered(typeName) && !isUnreadable(typeName);

/** Does COPY in binary format bring the value to another server unchanged? */
export const isBinary = (column: ColumnFacts): boolean => {
  if (isSteady(column) || column.typeKind === 'e') return true;
  if (column.typeKind === 'd') return isPlain(column.of, column.ofName, column.ofSend);
  if (column.typeKind === 'c' || !isPlain(column.type, column.typeName, column.send)) return false;
  return column.of === 0 || isPlain(column.of, column.ofName, column.ofSend);
};

/** Does what it sends tell it from every other value? Others send object ids, or nothing: their text does. */
export const isSent = (column: ColumnFacts): boolean =>
  isSteady(column) || (isBinary(column) && column.typeKind !== 'e' && column.typeKind !== 'd');
