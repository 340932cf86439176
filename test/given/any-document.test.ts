// Any document that has its shape is decided: taken, or refused with faults that name members. None throws.
import fc, { type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { arbitrary } from '#events/model/arbitrary.ts';
import { type Kind, keyOf } from '#events/names.ts';
import { isRefusal } from '#events/refusal.ts';
import type { Spec } from '#events/spec.ts';
import { colors, create, type Document, update } from './documents.ts';
import { ask, given } from './given.ts';

const world = given(...colors);

/** Leaves that meet what is there, and texts that the rules look into. */
const leaves: Readonly<Record<string, Arbitrary<unknown>>> = {
  ResourceName: fc.constantFrom('red', 'blue', 'paint', 'paint.local'),
  ServiceName: fc.constantFrom('paint.local', 'other.local'),
  PortNumber: fc.constantFrom(8080, 8081),
  ListenerPort: fc.constantFrom(8080, 8081),
  HttpPathRegex: fc.string({ minLength: 1, maxLength: 20 }),
  HeaderMatch: fc.oneof(fc.constantFrom('a', '[', '(?=a)', 'a{1000}{2}'), fc.string({ minLength: 1, maxLength: 9 })),
};
const specOf = (kind: Kind): Arbitrary<Spec> =>
  arbitrary(`${kind.charAt(0).toUpperCase()}${kind.slice(1)}Spec`, (shape) => leaves[shape]) as Arbitrary<Spec>;

const example = (kind: Kind): Document =>
  colors.find((document) => document.ref.kind === kind) ?? expect.fail(`no ${kind}`);

test.each(colors.map(({ ref }) => ref.kind))('any %s', (kind) => {
  const { ref } = example(kind);
  fc.assert(
    fc.property(specOf(kind), (spec) => {
      const fresh = { ref: { ...ref, name: kind === 'mesh' ? ref.name : 'fresh' }, spec } as Document;
      for (const command of [create(fresh), update({ ref, spec } as Document)]) {
        const { decision, world: after } = ask(world, command);
        if (!isRefusal(decision)) {
          expect(after.mesh.resources.get(keyOf(command.ref))?.spec).toEqual(spec);
          continue;
        }
        expect(after.mesh).toBe(world.mesh);
        if (kind === 'mesh' && command.type === 'Create') expect(decision.refused).toBe('exists');
        else expect(decision).toMatchObject({ refused: 'invalid', faults: expect.any(Array) });
        if (decision.refused !== 'invalid') continue;
        for (const { path, message } of decision.faults) {
          expect(path).toMatch(/^spec(\.|$)/);
          expect(message).toContain(`'${path}'`);
        }
      }
    }),
    { numRuns: 300 },
  );
});
