// Regular expressions are RE2's, as Envoy's are: what RE2 cannot read would stop a proxy's whole configuration.
import { RE2JS, RE2JSException } from 're2js';
import { constraint, type Fault } from '../model/validate.ts';

export function regularExpressionFaults(path: string, text: string | undefined): readonly Fault[] {
  if (text === undefined) return [];
  try {
    RE2JS.compile(text);
    return [];
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return [constraint(path, text, `Member must be a regular expression of RE2: ${error.message}`)];
  }
}
