// A refusal by Envoy, made fit to be kept: Envoy's own words, cut short and without secrets, and the resources it means.
// Envoy names clusters and listeners in its message; routes, endpoints and secrets mostly not.

/** What one client refused of one type. */
export interface Nack {
  /** Envoy's words, at most 1,024 characters. */
  readonly message: string;
  /** The resources that are to blame; absent when Envoy did not say. */
  readonly names?: readonly string[];
  /** The refused response's version. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const longest = 1024;

/**
 * Whether Envoy took all other clusters or listeners of the response, and did what it removes: it tries each, and then
 * names those that it could not use. Whatever else it says, it did not get so far, and nothing was taken.
 */
export const tookOthers = (text: string): boolean => text.startsWith('Error adding/updating ');

/** Envoy quotes whole messages in some validation errors, an inline private key among them: such text never goes on. */
export function nackMessage(text: string): string {
  const clean = text
    .replace(/(inline_(?:bytes|string)\s*:\s*)"(?:[^"\\]|\\[\s\S])*(?:"|$)/g, '$1"[redacted]"')
    .replace(/-----BEGIN[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g, '[redacted]');
  // Envoy's reason stands behind the resource that it quotes.
  return clean.length <= longest ? clean : `${clean.slice(0, longest / 4)}…${clean.slice(1 - (3 * longest) / 4)}`;
}

/** Refusals by the resource that each is of, as one with the words of all; the newest's version and time. */
export function jointly(words: ReadonlyMap<string, Nack>): Nack | undefined {
  const all = [...new Set(words.values())].sort((left, right) => left.at - right.at);
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const isNamed = all.every(({ names }) => names !== undefined);
  const names = isNamed ? [...words.keys()] : undefined;
  if (all.length === 1 && names?.length === last.names?.length) return last;
  const lines = all.map((nack) => {
    const of = [...words.keys()].filter((name) => nack.names !== undefined && words.get(name) === nack);
    return all.length === 1 || of.length === 0 ? nack.message : `${of.join(', ')}: ${nack.message}`;
  });
  return { ...last, message: nackMessage(lines.join('\n')), ...(names === undefined ? {} : { names }) };
}

/** The names that a message speaks of, in the order given; undefined when it speaks of none. */
export function namesIn(message: string, names: Iterable<string>): readonly string[] | undefined {
  const candidates = [...names];
  const found = new Set<string>();
  let rest = message;
  // Longest first, and each hit is blanked, so that "cds_a" is not seen inside "cds_a_8080".
  for (const name of candidates.toSorted((left, right) => right.length - left.length)) {
    const without = blank(rest, name);
    if (without !== rest) found.add(name);
    rest = without;
  }
  return found.size === 0 ? undefined : candidates.filter((name) => found.has(name));
}

function blank(text: string, name: string): string {
  if (name === '') return text;
  let from = 0;
  let result = '';
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (isWordPart(text[at - 1]) || isWordPart(text[at + name.length])) continue;
    result += `${text.slice(from, at)}\n`;
    from = at + name.length;
  }
  return result + text.slice(from);
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /[\w-]/.test(character);
}
