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
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
}

// The instruction of RE2JS that goes on in one of two places.
const alternative = 1;

/**
 * About the size of RE2's program, rather more than less: an instruction for each range of bytes, where RE2JS has one for
 * a whole class of characters, and up to two more for a loop, where it repeats nothing or what stands beside it too.
 */
function sizeOf(compiled: RE2JS): number {
  const program = (compiled.re2Input.prog as { inst: readonly Instruction[] }).inst;
  const size = program.reduce((sum, { runes }) => sum + Math.max(1, rangesIn(runes)), 2);
  const alternatives = program.flatMap(({ op }, at) => (op === alternative ? [at] : []));
  // Which of them are loops matters only near the limit.
  if (size > largestProgram || size + 2 * alternatives.length <= largestProgram) return size;
  return size + 2 * alternatives.filter((at) => isLoop(program, at)).length;
}

/** Whether what follows comes back; RE2JS puts all that a loop repeats before the loop itself. */
function isLoop(program: readonly Instruction[], loop: number): boolean {
  const seen = new Set<number>();
  const waiting = [program[loop]?.out ?? loop, program[loop]?.arg ?? loop];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at === loop) return true;
    const instruction = program[at];
    if (at > loop || seen.has(at) || instruction === undefined) continue;
    seen.add(at);
    waiting.push(instruction.out, ...(instruction.op === alternative ? [instruction.arg] : []));
  }
  return false;
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
