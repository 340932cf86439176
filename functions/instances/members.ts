// The members of a request to the registry, checked as Cloud Map's API reference has them; what is wrong with one is an
// InvalidInput that names it.
import { cloudMapError } from './cloud-map-error.ts';

export type Members = Readonly<Record<string, unknown>>;

const patterns = {
  NamespaceName: /^(?!arn:)[!-~]{1,1024}$/,
  ServiceName:
    /^(?=.{1,127}$)([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])(\.([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*$/,
  InstanceId: /^[0-9a-zA-Z_/:.@-]{1,64}$/,
  AttributeKey: /^[!-~]{1,255}$/,
  AttributeValue: /^([!-~][ \t!-~]{0,1023})?$/,
  Identifier: /^.{1,255}$/s,
  Text: /^.{0,1024}$/s,
  TagKey: /^.{1,128}$/s,
  TagValue: /^.{0,256}$/s,
};

/** API reference, quotas: custom attributes per instance. */
const mostAttributes = 30;

export function text(members: Members, name: string, form: keyof typeof patterns): string {
  const value = optionalText(members, name, form);
  if (value === undefined) throw cloudMapError('InvalidInput', `${name} is missing`);
  return value;
}

export function optionalText(members: Members, name: string, form: keyof typeof patterns): string | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && patterns[form].test(value)) return value;
  throw cloudMapError('InvalidInput', `${name} is not of the form ${patterns[form].source}`);
}

/** A whole number from 1 to `most`; `most` when it is not given and no other `fallback` is. */
export function count(members: Members, name: string, most: number, fallback = most): number {
  const value = members[name];
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw cloudMapError('InvalidInput', `${name} is not a whole number from 1 to ${most}`);
}

export function oneOf<T extends string>(members: Members, name: string, values: readonly T[]): T | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  const known = values.find((one) => one === value);
  if (known === undefined) throw cloudMapError('InvalidInput', `${name} is none of ${values.join(', ')}`);
  return known;
}

/** Keys and values of a map of text. */
export function attributes(members: Members, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(structure(members, name) ?? {});
  for (const [key, value] of entries) {
    if (!patterns.AttributeKey.test(key)) throw cloudMapError('InvalidInput', `${name} has a key of the wrong form`);
    if (typeof value !== 'string' || !patterns.AttributeValue.test(value)) {
      throw cloudMapError('InvalidInput', `${name}.${key} is not text of the form ${patterns.AttributeValue.source}`);
    }
  }
  if (entries.length > mostAttributes) throw cloudMapError('InvalidInput', `${name} has more than ${mostAttributes}`);
  return Object.fromEntries(entries as [string, string][]);
}

export function structure(members: Members, name: string): Members | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Members;
  throw cloudMapError('InvalidInput', `${name} is not a structure`);
}

export function texts(members: Members, name: string): readonly string[] | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw cloudMapError('InvalidInput', `${name} is not a list of text`);
}

/** `Filters` of lists: the values asked for by name; a filter that is not known is refused rather than passed over. */
export function filters(members: Members, known: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const value = members.Filters ?? [];
  if (!Array.isArray(value)) throw cloudMapError('InvalidInput', 'Filters is not a list');
  return new Map(
    value.map((filter: unknown) => {
      const one = structure({ filter }, 'filter') ?? {};
      const name = oneOf(one, 'Name', known);
      const condition = oneOf(one, 'Condition', ['EQ', 'IN']);
      const values = texts(one, 'Values');
      if (name === undefined || values === undefined || (condition !== 'IN' && values.length !== 1)) {
        throw cloudMapError('InvalidInput', 'Filters has one that is not {Name, Values, Condition: EQ or IN}');
      }
      return [name, values];
    }),
  );
}
