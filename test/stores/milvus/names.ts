/** Milvus allows letters, digits and underscores. Everything else is written as its code, so that no two names meet. */
export const legalName = (name: string): string =>
  name.replace(/[^A-Za-z0-9_]/g, (one) => `_x${one.charCodeAt(0).toString(16)}_`);
