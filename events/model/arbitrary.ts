// Generators for property tests, read from the contract: any document that they make is one that the checker accepts.
import fc, { type Arbitrary } from 'fast-check';
import { type Shape, shapes } from './contract.ts';

const wide = { integer: 2 ** 31 - 1, long: Number.MAX_SAFE_INTEGER, timestamp: Number.MAX_SAFE_INTEGER };

/** Documents of a named shape; `leaf` may answer for a shape by name (to draw names from a pool, say). */
export function arbitrary(
  shapeName: string,
  leaf: (shapeName: string) => Arbitrary<unknown> | undefined = () => undefined,
): Arbitrary<unknown> {
  const own = leaf(shapeName);
  if (own !== undefined) return own;
  const shape = shapes[shapeName];
  if (shape === undefined) throw new Error(`the contract has no shape ${shapeName}`);
  switch (shape.type) {
    case 'string':
      return text(shape);
    case 'integer':
    case 'long':
    case 'timestamp': {
      const { min, max } = shape as { readonly min?: number; readonly max?: number };
      // Times are of no document.
      const least = shape.type === 'timestamp' ? 0 : -wide[shape.type];
      return fc.integer({ min: min ?? least, max: max ?? wide[shape.type] });
    }
    case 'boolean':
      return fc.boolean();
    case 'list': {
      const { min: minLength = 0, max = 4 } = shape;
      return fc.array(arbitrary(shape.item, leaf), { minLength, maxLength: Math.min(max, minLength + 4) });
    }
    case 'structure': {
      const members = Object.entries(shape.members).map(
        ([name, member]) => [name, arbitrary(member.shape, leaf)] as const,
      );
      if (shape.union === true) return fc.oneof(...members.map(([name, value]) => fc.record({ [name]: value })));
      return fc.record(Object.fromEntries(members), { requiredKeys: [...(shape.required ?? [])] });
    }
  }
}

function text(shape: Extract<Shape, { type: 'string' }>): Arbitrary<string> {
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  if (shape.pattern !== undefined) {
    const fits = fc.stringMatching(new RegExp(shape.pattern, 'u'));
    return fits.filter((one) => [...one].length >= (shape.min ?? 0) && [...one].length <= (shape.max ?? Infinity));
  }
  const minLength = shape.min ?? 0;
  return fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(shape.max ?? 64, minLength + 64) });
}
