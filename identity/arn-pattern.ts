// The ARN that a policy means, with wildcards and variables: compared part by part, so that a wildcard never reaches
// over a colon. IAM user guide, "IAM JSON policy elements: Resource" and "Amazon Resource Name (ARN) condition operators".
import { fill, isPattern, type LookUp, parseTemplate, type Template } from './policy-template.ts';
import { matchesPattern } from './wildcard.ts';

/** The parts of an ARN in their order; missing ones are `*`. None at all is `*` alone: whatever is asked. */
export type ArnPattern = readonly Template[];

// arn:partition:service:region:account:resource; the last part may hold colons of its own.
const ARN_PARTS = 6;

const splitArn = (arn: string): readonly string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
};

/** Reads a pattern; colons inside of variables do not part it. */
export const parseArnPattern = (text: string, variables: boolean): ArnPattern | { readonly fault: string } => {
  if (text === '*') return [];
  const template = parseTemplate(text, { wildcards: true, variables });
  if ('fault' in template) return template;
  const parts: Template[number][][] = [[]];
  for (const piece of template) {
    if (piece === ':' && parts.length < ARN_PARTS) parts.push([]);
    else parts.at(-1)?.push(piece);
  }
  return parts;
};

/** Says whether an ARN fits; undefined when only a variable that the request does not fill could tell. */
export const matchesArn = (pattern: ArnPattern, arn: string, lookUp: LookUp): boolean | undefined => {
  if (pattern.length === 0) return true;
  if (arn.split(':').length < ARN_PARTS) return false;
  let unfilled = false;
  for (const [index, part] of splitArn(arn).entries()) {
    const template = pattern[index];
    if (template === undefined) continue;
    const filled = isPattern(template) ? template : fill(template, lookUp);
    if (filled === undefined) unfilled = true;
    else if (!matchesPattern(filled, part)) return false;
  }
  return unfilled ? undefined : true;
};
