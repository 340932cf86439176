// A text of a policy that may hold wildcards and policy variables: read once, when the policy is loaded, and filled in
// for each request. IAM user guide, "IAM policy elements: Variables and tags".
import { anyCharacter, anyText, type Pattern, type Unit } from './wildcard.ts';

/** A condition key whose value stands in for it, with the text to take when the request has no such key. */
interface Variable {
  readonly key: string;
  readonly fallback?: string;
}

export type Template = readonly (Unit | Variable)[];

/** What a text may hold; what it may not hold is plain text in it. */
export interface TemplateForm {
  readonly wildcards: boolean;
  readonly variables: boolean;
}

/** The one value of a condition key in the request; undefined when it has none or several. */
export type LookUp = (key: string) => string | undefined;

// `${*}`, `${?}` and `${$}` are the characters themselves.
const ESCAPED = /^[*?$]$/;
// A tag's key may hold blanks.
const VARIABLE = /^\s*([^\s:',{}$]+:[^',{}$]*[^\s',{}$])\s*(?:,\s*'([^']*)'\s*)?$/;

const isVariable = (piece: Unit | Variable): piece is Variable => typeof piece === 'object';

const variableOf = (written: string): Variable | undefined => {
  const [, key, fallback] = VARIABLE.exec(written) ?? [];
  if (key === undefined) return undefined;
  return fallback === undefined ? { key } : { key, fallback };
};

/** Reads a text; `fault` says what is wrong with a variable in it. */
export const parseTemplate = (text: string, form: TemplateForm): Template | { readonly fault: string } => {
  const pieces: (Unit | Variable)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (form.variables && text.startsWith('${', at)) {
      const end = text.indexOf('}', at);
      if (end < 0) return { fault: `"${text}" has a "\${" without "}"` };
      const written = text.slice(at + 2, end);
      const piece = ESCAPED.test(written) ? written : variableOf(written);
      if (piece === undefined) return { fault: `"${text}" has "\${${written}}", which is no policy variable` };
      pieces.push(piece);
      at = end;
    } else if (form.wildcards && character === '*') pieces.push(anyText);
    else if (form.wildcards && character === '?') pieces.push(anyCharacter);
    else pieces.push(character);
  }
  return pieces;
};

/** The pattern that a template is in one request; undefined when it has a variable that the request does not fill. */
export const fill = (template: Template, lookUp: LookUp): Pattern | undefined => {
  const units: Unit[] = [];
  for (const piece of template) {
    if (!isVariable(piece)) {
      units.push(piece);
      continue;
    }
    const value = lookUp(piece.key) ?? piece.fallback;
    if (value === undefined) return undefined;
    units.push(...value.split(''));
  }
  return units;
};

/** A template without variables is a pattern already. */
export const isPattern = (template: Template): template is Pattern => !template.some(isVariable);
