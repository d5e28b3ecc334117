const controls = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Line breaks, bidi controls and other invisible characters become letters: no name can pass for another. */
export const withoutControls = (text: string, letters: (code: string) => string): string =>
  text.replace(controls, (one) => letters(one.codePointAt(0)!.toString(16)));

/** Sentences of people and errors, line by line, without blank ones. */
export const linesOf = (text: string): string[] =>
  text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
