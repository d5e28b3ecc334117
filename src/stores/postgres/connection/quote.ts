import pg from 'pg';

/** `"my ""table"""`: an identifier for SQL, whatever is in it. */
export const ident = (name: string): string => pg.escapeIdentifier(name);

/** `'it''s'`: a text literal for SQL, whatever is in it. */
export const literal = (text: string): string => pg.escapeLiteral(text);

export const qualified = ({ schema, name }: { schema: string; name: string }): string =>
  `${ident(schema)}.${ident(name)}`;

const part = (name: string): string => (/[."]/.test(name) ? ident(name) : name);

/**
 * The stable name of a table for filters, fingerprints and reports: `public.orders`. A part is quoted only where it holds a
 * dot or a double quote, so that two tables never share a name.
 */
export const objectName = (schema: string, name: string): string => `${part(schema)}.${part(name)}`;
