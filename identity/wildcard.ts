// Wildcards as IAM policies write them: `*` stands for any text, `?` for one character. Matched by hand in a
// loop without backtracking over more than one `*`, because a regular expression made from a user's pattern
// can take exponential time.

/** Says whether the whole of `text` fits `pattern`; wildcards in `text` are plain characters. */
export const matchesWildcard = (pattern: string, text: string): boolean => {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const expected = pattern[next];
    if (expected === '*') {
      star = next;
      next += 1;
      resume = at;
    } else if (expected !== undefined && (expected === '?' || expected === text[at])) {
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
  while (pattern[next] === '*') next += 1;
  return next === pattern.length;
};
