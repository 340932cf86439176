// The checker: does a value have the shape that the contract gives it? It interprets the contract, so a new member is
// checked without a line here. All faults of a value are found in one pass, each with the path of its member.
import { type Shape, type StructureShape, shapes } from './contract.ts';

/** One thing that is wrong with a document: the member's path (`spec.listeners[0].portMapping.port`) and the fault. */
export interface Fault {
  readonly path: string;
  /** A whole sentence of the form that AWS gives, member included. */
  readonly message: string;
}

/** The fault of a value that is there, in AWS's words. */
export const constraint = (path: string, value: unknown, rule: string): Fault => ({
  path,
  message: `Value ${shown(value)} at '${path}' failed to satisfy constraint: ${rule}`,
});

// Anything may come in: a list nested a hundred thousand deep cannot be written out, and need not be.
const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[...]';
  if (typeof value === 'object' && value !== null) return `{${shortened(Object.keys(value).join(', '))}}`;
  return typeof value === 'string' ? `'${shortened(value)}'` : (JSON.stringify(value) ?? 'null');
};
const shortened = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 117)}...`);

/** How many faults of one list or structure are told: nobody reads more, and a body may hold half a million. */
export const enough = 100;
const int32 = 2 ** 31;

type Shapes = Readonly<Record<string, Shape>>;

/**
 * Checks a value against a named shape, of App Mesh's contract unless others are given; an empty list says that it fits. A
 * member that is null counts as absent.
 */
export function validate(shapeName: string, value: unknown, path = '', known: Shapes = shapes): readonly Fault[] {
  const shape = known[shapeName];
  if (shape === undefined) throw new Error(`the contract has no shape ${shapeName}`);
  switch (shape.type) {
    case 'string':
      return string(shape, value, path);
    case 'integer':
    case 'long':
    case 'timestamp':
      return number(shape, value, path);
    case 'boolean':
      return typeof value === 'boolean' ? [] : [constraint(path, value, 'Member must be a boolean')];
    case 'list':
      return list(shape, value, path, known);
    case 'structure':
      return structure(shapeName, shape, value, path, known);
  }
}

function string(shape: Extract<Shape, { type: 'string' }>, value: unknown, path: string): readonly Fault[] {
  if (typeof value !== 'string') return [constraint(path, value, 'Member must be a string')];
  // Half a surrogate pair has no UTF-8 and so no canonical form.
  if (!value.isWellFormed()) return [constraint(path, value, 'Member must be well-formed Unicode')];
  const faults: Fault[] = [];
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    faults.push(constraint(path, value, `Member must satisfy enum value set: [${shape.enum.join(', ')}]`));
  }
  const length = [...value].length;
  if (shape.min !== undefined && length < shape.min) {
    faults.push(constraint(path, value, `Member must have length greater than or equal to ${shape.min}`));
  }
  if (shape.max !== undefined && length > shape.max) {
    faults.push(constraint(path, value, `Member must have length less than or equal to ${shape.max}`));
  }
  if (shape.pattern !== undefined && !new RegExp(shape.pattern, 'u').test(value)) {
    faults.push(constraint(path, value, `Member must satisfy regular expression pattern: ${shape.pattern}`));
  }
  return faults;
}

function number(
  shape: { readonly type: string; readonly min?: number; readonly max?: number },
  value: unknown,
  path: string,
): readonly Fault[] {
  const whole = shape.type === 'timestamp' ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (typeof value !== 'number' || !whole) return [constraint(path, value, `Member must be a whole number`)];
  // The contract's integers have 32 bits; its longs are as long as a number is exact.
  const {
    min = shape.type === 'integer' ? -int32 : undefined,
    max = shape.type === 'integer' ? int32 - 1 : undefined,
  } = shape;
  if (min !== undefined && value < min) {
    return [constraint(path, value, `Member must have value greater than or equal to ${min}`)];
  }
  if (max !== undefined && value > max) {
    return [constraint(path, value, `Member must have value less than or equal to ${max}`)];
  }
  return [];
}

function list(shape: Extract<Shape, { type: 'list' }>, value: unknown, path: string, known: Shapes): readonly Fault[] {
  if (!Array.isArray(value)) return [constraint(path, value, 'Member must be a list')];
  const faults: Fault[] = [];
  if (shape.min !== undefined && value.length < shape.min) {
    faults.push(constraint(path, value, `Member must have length greater than or equal to ${shape.min}`));
  }
  if (shape.max !== undefined && value.length > shape.max) {
    faults.push(constraint(path, value, `Member must have length less than or equal to ${shape.max}`));
  }
  for (const [index, item] of value.entries()) {
    if (faults.length >= enough) break;
    faults.push(...validate(shape.item, item, `${path}[${index}]`, known));
  }
  return faults;
}

function structure(
  shapeName: string,
  shape: StructureShape,
  value: unknown,
  path: string,
  shapesKnown: Shapes,
): readonly Fault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [constraint(path || shapeName, value, 'Member must be an object')];
  }
  const below = (member: string) => (path === '' ? member : `${path}.${member}`);
  const given = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  const faults: Fault[] = [];
  for (const member of shape.required ?? []) {
    if (!given.some(([name]) => name === member)) {
      faults.push(constraint(below(member), null, 'Member must not be null'));
    }
  }
  if (shape.union === true && given.length !== 1) {
    const rule = `Exactly one of [${Object.keys(shape.members).join(', ')}] must be set`;
    faults.push(constraint(path, Object.fromEntries(given), rule));
  }
  for (const [member, item] of given) {
    if (faults.length >= enough) break;
    const known = Object.hasOwn(shape.members, member) ? shape.members[member] : undefined;
    if (known === undefined) {
      faults.push({
        path: below(member),
        message: `Member '${below(member)}' is unknown: ${shapeName} has no member of this name`,
      });
    } else {
      faults.push(...validate(known.shape, item, below(member), shapesKnown));
    }
  }
  return faults;
}

/** The same document without members that are null (App Mesh's clients may send them for "absent"). */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member)]));
}
