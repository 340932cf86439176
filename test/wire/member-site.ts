// Every place in a request where the contract says something: a walk over the shapes of an operation's input, so that
// what is tested is read from the contract and a new member joins by itself.
import { awsContract, type Shape, type StructureShape } from '#events/model/contract.ts';
import type { Operation } from '#events/model/operations.ts';

export type Step = string | number;

/** One member (or item, or the whole body) of a request, with the shape that it must have. */
export interface MemberSite {
  readonly steps: readonly Step[];
  readonly shapeName: string;
  readonly shape: Shape;
  /** Where its outermost member travels. */
  readonly place: 'body' | 'path' | 'query';
  /** The structure that the member is in; absent for items and for the body itself. */
  readonly holder?: { readonly shapeName: string; readonly required: boolean };
}

/** As AWS's clients know it: what Heddle adds they cannot say. */
export function shapeOf(name: string): Shape {
  const shape = awsContract.shapes[name];
  if (shape === undefined) throw new Error(`the contract has no shape ${name}`);
  return shape;
}

export function structureOf(name: string): StructureShape {
  const shape = shapeOf(name);
  if (shape.type !== 'structure') throw new Error(`${name} is no structure`);
  return shape;
}

/** A path as the checker writes it: `spec.listeners[0].portMapping.port`. */
export const pathOf = (steps: readonly Step[]): string =>
  steps.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');

/** The name of a member wherever in the contract it is: `PortMapping.port`. */
export const nameOf = ({ holder, steps, shapeName }: MemberSite): string =>
  holder === undefined ? shapeName : `${holder.shapeName}.${steps.at(-1)}`;

/** All sites of an operation's input; of a list, its first item stands for all. */
export function sitesOf(operation: Operation): readonly MemberSite[] {
  return Object.entries(operation.members).flatMap(([member, { shape, in: place }]) =>
    below({
      steps: [member],
      shapeName: shape,
      shape: shapeOf(shape),
      place: place ?? 'body',
      holder: { shapeName: operation.input, required: isRequired(operation.input, member) },
    }),
  );
}

const isRequired = (structure: string, member: string): boolean =>
  structureOf(structure).required?.includes(member) ?? false;

function below(site: MemberSite): readonly MemberSite[] {
  const { shape, shapeName, steps, place } = site;
  if (shape.type === 'list') {
    const item = { steps: [...steps, 0], shapeName: shape.item, shape: shapeOf(shape.item), place };
    return [site, ...below(item)];
  }
  if (shape.type !== 'structure') return [site];
  const inside = Object.entries(shape.members).flatMap(([member, { shape: name }]) =>
    below({
      steps: [...steps, member],
      shapeName: name,
      shape: shapeOf(name),
      place,
      holder: { shapeName, required: isRequired(shapeName, member) },
    }),
  );
  return [site, ...inside];
}
