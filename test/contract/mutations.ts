// One thing wrong at a time: from a good document all documents with a single mistake, each with the path of the
// member that the checker must name. The contract itself says where which mistake can be made.
import { type Shape, shapes } from '#events/model/contract.ts';

export interface Mutation {
  readonly what: string;
  /** The member that is wrong, as the checker names it. */
  readonly path: string;
  /** The whole document with the mistake. */
  readonly value: unknown;
}

type Members = Readonly<Record<string, unknown>>;
type Of<T extends Shape['type']> = Extract<Shape, { readonly type: T }>;

/** All single mistakes in a document of a named shape. */
export function mutationsOf(shapeName: string, value: unknown, path = ''): readonly Mutation[] {
  const shape = shapes[shapeName];
  const wrong = (what: string, mistake: unknown): Mutation => ({ what, path, value: mistake });
  switch (shape?.type) {
    case 'structure':
      return [
        ...[wrong('a string for a structure', 'text'), wrong('a list for a structure', [])].map((one) =>
          path === '' ? { ...one, path: shapeName } : one,
        ),
        ...inStructure(shape, value as Members, path),
      ];
    case 'list':
      return inList(shape, value as readonly unknown[], path, wrong);
    case 'string':
      return [
        wrong('a number for a string', 7),
        wrong('half a surrogate pair', '\ud800'),
        ...tooLongOrShort(shape, wrong),
      ];
    case 'integer':
    case 'long':
      return [
        wrong('a string for a number', '7'),
        wrong('a fraction', 1.5),
        wrong('more than any number', 1e300),
        ...(shape.min === undefined ? [] : [wrong('too small', shape.min - 1)]),
        ...(shape.max === undefined ? [] : [wrong('too large', shape.max + 1)]),
      ];
    case 'boolean':
      return [wrong('a string for a boolean', 'true')];
    default:
      throw new Error(`${shapeName} in a document`);
  }
}

type Wrong = (what: string, mistake: unknown) => Mutation;

function tooLongOrShort(shape: Of<'string'>, wrong: Wrong): readonly Mutation[] {
  return [
    ...(shape.enum === undefined ? [] : [wrong('none of the enum', 'NO_SUCH_VALUE')]),
    ...(shape.min === undefined || shape.min === 0 ? [] : [wrong('too short', 'x'.repeat(shape.min - 1))]),
    ...(shape.max === undefined ? [] : [wrong('too long', 'x'.repeat(shape.max + 1))]),
  ];
}

function inStructure(shape: Of<'structure'>, value: Members, path: string): readonly Mutation[] {
  const below = (member: string) => (path === '' ? member : `${path}.${member}`);
  const without = (left: string) => Object.fromEntries(Object.entries(value).filter(([member]) => member !== left));
  const others = Object.keys(shape.members).filter((member) => !(member in value));
  return [
    ...['unheardOf', 'constructor', '__proto__'].map((member) => ({
      what: `an unknown member ${member}`,
      path: below(member),
      value: Object.fromEntries([...Object.entries(value), [member, 1]]),
    })),
    ...(shape.required ?? []).flatMap((member) => [
      { what: `without ${member}`, path: below(member), value: without(member) },
      { what: `${member} null`, path: below(member), value: { ...value, [member]: null } },
    ]),
    ...(shape.union === true ? [{ what: 'a union without a member', path, value: {} }] : []),
    ...Object.entries(value).flatMap(([member, item]) =>
      mutationsOf(shape.members[member]?.shape ?? '', item, below(member)).map((mutation) => ({
        ...mutation,
        value: { ...value, [member]: mutation.value },
      })),
    ),
    ...(shape.union === true ? others : []).map((member) => ({
      what: `${member} beside another member of a union`,
      path,
      value: { ...value, [member]: value[Object.keys(value)[0] ?? ''] },
    })),
  ];
}

function inList(shape: Of<'list'>, value: readonly unknown[], path: string, wrong: Wrong): readonly Mutation[] {
  const { min, max } = shape;
  return [
    wrong('an object for a list', {}),
    wrong('a string for a list', 'text'),
    ...(min === undefined || min === 0 ? [] : [wrong('too few', value.slice(0, min - 1))]),
    ...(max === undefined || value.length === 0 ? [] : [wrong('too many', Array(max + 1).fill(value[0]))]),
    ...value.flatMap((item, index) =>
      mutationsOf(shape.item, item, `${path}[${index}]`).map((mutation) => ({
        ...mutation,
        value: value.toSpliced(index, 1, mutation.value),
      })),
    ),
  ];
}
