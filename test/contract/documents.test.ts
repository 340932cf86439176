// The checker and the generators read the same contract: what the one makes the other accepts, and every single mistake
// in it is found and named by its path.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitrary } from '#events/model/arbitrary.ts';
import { operations } from '#events/model/operations.ts';
import { validate, withoutNulls } from '#events/model/validate.ts';
import { kinds } from '#events/names.ts';
import { mutationsOf } from './mutations.ts';

const specs = kinds.map((kind) => `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Spec`);

describe.each(specs)('any %s', (spec) => {
  test('that is made from the contract is accepted', () => {
    fc.assert(
      fc.property(arbitrary(spec), (document) => {
        expect(validate(spec, document)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('comes back from JSON as it was, and is accepted with nulls for what is absent', () => {
    fc.assert(
      fc.property(arbitrary(spec), (document) => {
        expect(JSON.parse(JSON.stringify(document))).toEqual(document);
        const nulls = { ...(document as object), tls: null, logging: null, backends: null };
        const known = Object.fromEntries(Object.entries(nulls).filter(([, value]) => value !== null));
        expect(withoutNulls(nulls)).toEqual(known);
      }),
    );
  });

  test('with a single mistake is refused, and the path of the member is named', () => {
    fc.assert(
      fc.property(arbitrary(spec), (document) => {
        for (const { what, path, value } of mutationsOf(spec, document)) {
          const faults = validate(spec, value);
          const paths = faults.map((fault) => fault.path);
          // A fault may bring others below it (a union's second member has a shape of its own).
          expect(paths, `${what} at ${path}: ${JSON.stringify(value)}`).toContain(path);
          for (const fault of faults) expect(fault.message).toContain(fault.path);
        }
      }),
      { numRuns: 12 },
    );
  });
});

test('any request of any operation that is made from the contract is accepted', () => {
  for (const { input } of operations) {
    fc.assert(
      fc.property(arbitrary(input), (request) => {
        expect(validate(input, request)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  }
});
