// Patterns as IAM policies write them: `*` stands for any text, `?` for one character. A pattern is a list of units, so
// that what a policy variable brings in is never taken for a wildcard. Matched by hand in a loop without backtracking
// over more than one `*`, because a regular expression made from a user's pattern can take exponential time.

export const anyText: unique symbol = Symbol('*');
export const anyCharacter: unique symbol = Symbol('?');

/** A wildcard, or one character (UTF-16 unit) that stands for itself. */
export type Unit = string | typeof anyText | typeof anyCharacter;
export type Pattern = readonly Unit[];

/** Reads a text whose `*` and `?` are wildcards. */
export const patternOf = (text: string): Pattern =>
  text.split('').map((character) => (character === '*' ? anyText : character === '?' ? anyCharacter : character));

/** Says whether the whole of `text` fits the pattern. */
export const matchesPattern = (pattern: Pattern, text: string): boolean => {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const expected = pattern[next];
    if (expected === anyText) {
      star = next;
      next += 1;
      resume = at;
    } else if (expected === anyCharacter || (expected !== undefined && expected === text[at])) {
      next += 1;
      at += 1;
    } else if (star >= 0) {
      next = star + 1;
      resume += 1;
      at = resume;
    } else {
      return false;
    }
  }
  while (pattern[next] === anyText) next += 1;
  return next === pattern.length;
};
