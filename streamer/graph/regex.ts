// Which regular expressions Envoy takes. One that it refuses would take its whole route table along, so that it is
// found here.
import { RE2JS } from 're2js';

/** Envoy's limit on compiled expressions, as App Mesh's bootstrap and ours set it (re2.max_program_size.error_level). */
export const largestProgram = 1000;

/** Why Envoy would refuse the expression; undefined when it takes it. */
export function regexFault(regex: string): string | undefined {
  const noByte = [...regex.matchAll(escapes)].find(
    ([, code]) => code !== undefined && Number.parseInt(code, 16) > 0xff,
  );
  if (noByte !== undefined) return `not a regular expression of RE2 over bytes (${noByte[0]} is none)`;
  let compiled: RE2JS;
  try {
    // Envoy has RE2 read expressions and values as bytes.
    const bytes = Buffer.from(regex, 'utf8').toString('latin1');
    // RE2 also counts the repetitions inside of what is repeated no time at all; RE2JS looks no further there.
    compiled = RE2JS.compile(bytes.replaceAll(/\{0(?:,0)?\}/g, '{1}'));
  } catch (error) {
    return `not a regular expression of RE2 (${error instanceof Error ? error.message : String(error)})`;
  }
  const size = sizeOf(compiled);
  return size > largestProgram ? `a regular expression of size ${size}, and Envoy takes ${largestProgram}` : undefined;
}

// What a backslash begins, quotations as a whole.
const escapes = /\\Q[\s\S]*?(?:\\E|$)|\\x\{([0-9a-fA-F]+)\}|\\[\s\S]/g;

interface Instruction {
  readonly runes: ArrayLike<number>;
}

/**
 * About the size of RE2's program, rather more than less: an instruction for each range of bytes, where RE2JS has one for
 * a whole class of characters.
 */
function sizeOf(compiled: RE2JS): number {
  const instructions: readonly Instruction[] = (compiled.re2Input.prog as { inst: readonly Instruction[] }).inst;
  return instructions.reduce((size, { runes }) => size + Math.max(1, rangesIn(runes)), 2);
}

function rangesIn(runes: ArrayLike<number>): number {
  let ranges = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = 0; index + 1 < runes.length; index += 2) {
    const [from = 0, to = 0] = [runes[index], runes[index + 1]];
    if (from > 0xff) break;
    if (from > last + 1) ranges += 1;
    last = to;
  }
  return ranges;
}
