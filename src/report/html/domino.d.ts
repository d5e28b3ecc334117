/** The package has no types under its own name. */
declare module '@mixmark-io/domino' {
  export function createDocument(html?: string): object;
}
