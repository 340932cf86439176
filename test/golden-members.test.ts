// The golden cases leave nothing of the contract out: every member of a spec, and every value of a member that has only
// some, stands in the documents of a case.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { shapes } from '#events/model/contract.ts';
import { operations } from '#events/model/operations.ts';
import { goldenCases, goldenFolder } from '#tools/golden/render.ts';

/** `SHAPE.member` and `ENUM = value` of all that can stand under a shape. */
function possible(name: string, found = new Set<string>(), seen = new Set<string>()): ReadonlySet<string> {
  const shape = shapes[name];
  if (shape === undefined || seen.has(name)) return found;
  seen.add(name);
  if (shape.type === 'list') possible(shape.item, found, seen);
  if (shape.type === 'string') for (const value of shape.enum ?? []) found.add(`${name} = ${value}`);
  if (shape.type !== 'structure') return found;
  for (const [member, { shape: inner }] of Object.entries(shape.members)) {
    found.add(`${name}.${member}`);
    possible(inner, found, seen);
  }
  return found;
}

/** The same of what stands in a value. */
function written(name: string, value: unknown): readonly string[] {
  const shape = shapes[name];
  if (shape?.type === 'list' && Array.isArray(value)) return value.flatMap((item) => written(shape.item, item));
  if (shape?.type === 'string' && shape.enum !== undefined) return [`${name} = ${value}`];
  if (shape?.type !== 'structure' || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) => {
    const next = shape.members[member]?.shape;
    return next === undefined ? [] : [`${name}.${member}`, ...written(next, inner)];
  });
}

/** The shapes of the inputs of Create operations' specs, with the member that only their documents have. */
const specs = operations.flatMap(({ verb, members }) => {
  const spec = members.spec?.shape;
  return verb === 'Create' && spec !== undefined ? [{ spec, members }] : [];
});

/** The spec's shape of a document: of the kinds whose inputs have all of its members, the one with the fewest. */
function specOf(document: object): string | undefined {
  const names = Object.keys(document);
  const fitting = specs.filter(({ members }) => names.every((name) => Object.hasOwn(members, name)));
  return fitting.sort((one, other) => Object.keys(one.members).length - Object.keys(other.members).length)[0]?.spec;
}

const documentsOf = (name: string): readonly { readonly spec?: unknown }[] =>
  parseAllDocuments(readFileSync(join(goldenFolder, name, 'mesh.yaml'), 'utf8')).flatMap(
    (document) => document.toJS() as { readonly spec?: unknown },
  );

it('stands in a case, whatever a spec can say', () => {
  const standing = new Set(
    goldenCases()
      .flatMap(documentsOf)
      .flatMap((document) => written(specOf(document) ?? '', document.spec)),
  );
  const all = new Set(specs.flatMap(({ spec }) => [...possible(spec)]));
  expect(all.size).toBeGreaterThan(300);
  expect([...all].filter((one) => !standing.has(one))).toEqual([]);
});
