// Documents made from the contract: the smallest that has a given member, and the fullest. What the contract cannot
// say (a path begins with a slash) comes from a few words about members, by name.
import type { Shape } from '#events/model/contract.ts';
import { type Step, shapeOf, structureOf } from './member-site.ts';
import { alternativesOf, mustChoose } from './one-of.ts';

/** What strings must begin with where their member says more than their shape. */
function beginningOf(member: Step | undefined, shapeName: string): string {
  if (shapeName === 'HttpPathExact' || shapeName === 'HttpGatewayRoutePrefix') return '/';
  if (shapeName === 'String' && (member === 'prefix' || member === 'path')) return '/';
  if (shapeName === 'FilePath') return '/';
  if (shapeName === 'Arn') return 'arn:aws:acm:us-east-1:111111111111:certificate/';
  return '';
}

type Text = Extract<Shape, { type: 'string' }>;

/** A string of the shape with `length` characters, as near to it as its enum or beginning lets it come. */
export function textOf(shapeName: string, member: Step | undefined, length: number): string {
  const shape = shapeOf(shapeName) as Text;
  if (shape.enum !== undefined) return shape.enum[0] ?? '';
  if (shapeName === 'AccountId') return '1'.repeat(length);
  const beginning = beginningOf(member, shapeName);
  return beginning.slice(0, length) + 'a'.repeat(Math.max(0, length - beginning.length));
}

function scalar(shapeName: string, member: Step | undefined, index: number): unknown {
  const shape = shapeOf(shapeName);
  if (shape.type === 'boolean') return true;
  if (shape.type === 'string') {
    if (shape.enum !== undefined) return shape.enum[index % shape.enum.length];
    if (shapeName === 'HttpRetryPolicyEvent') {
      return ['server-error', 'gateway-error', 'client-error', 'stream-error'][index % 4];
    }
    if (shapeName === 'AccountId') return textOf(shapeName, member, 12);
    const text = textOf(shapeName, member, beginningOf(member, shapeName).length + 3);
    return index === 0 ? text : `${text}${index}`;
  }
  if (member === 'end') return 10;
  const { min = 0 } = shape as { readonly min?: number };
  return min + index;
}

/** The smallest document of the shape; `index` makes items of a list differ. */
export function example(shapeName: string, member?: Step, index = 0): unknown {
  const shape = shapeOf(shapeName);
  if (shape.type === 'list') {
    return Array.from({ length: Math.max(shape.min ?? 0, 1) }, (_, at) => example(shape.item, member, at));
  }
  if (shape.type !== 'structure') return scalar(shapeName, member, index);
  const chosen = mustChoose(shapeName) ? alternativesOf(shapeName).slice(0, 1) : [];
  return Object.fromEntries(
    [...(shape.required ?? []), ...chosen].map((name) => [
      name,
      example(shape.members[name]?.shape ?? '', name, index),
    ]),
  );
}

/** The smallest document of the shape that has `value` at the place that the steps lead to. */
export function exampleWith(shapeName: string, steps: readonly Step[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const shape = shapeOf(shapeName);
  if (shape.type === 'list') {
    const [, ...others] = example(shapeName) as unknown[];
    return [exampleWith(shape.item, rest, value), ...others];
  }
  const { members } = structureOf(shapeName);
  const base = example(shapeName) as Readonly<Record<string, unknown>>;
  const alternatives = alternativesOf(shapeName);
  const left = alternatives.includes(String(step)) ? alternatives : [];
  const kept = Object.entries(base).filter(([name]) => !left.includes(name));
  const member = members[step]?.shape ?? '';
  const inside = rest.length === 0 ? value : exampleWith(member, rest, value);
  return { ...Object.fromEntries(kept), [step]: inside };
}

/** A document with every member that may stand beside the others; `turn` chooses among those that may not. */
export function fullest(shapeName: string, turn: number, member?: Step, index = 0): unknown {
  const shape = shapeOf(shapeName);
  if (shape.type === 'list') {
    const choices = shapeOf(shape.item).type === 'structure' ? alternativesOf(shape.item).length : 1;
    const length = Math.min(Math.max(shape.min ?? 0, choices, 1), shape.max ?? Infinity);
    return Array.from({ length }, (_, at) => fullest(shape.item, turn + at, member, at));
  }
  if (shape.type !== 'structure') return scalar(shapeName, member, index);
  const alternatives = alternativesOf(shapeName);
  const chosen = alternatives[turn % Math.max(1, alternatives.length)];
  const names = Object.keys(shape.members).filter((name) => name === chosen || !alternatives.includes(name));
  // What is chosen below turns only once all of this level's choices were had.
  const next = alternatives.length === 0 ? turn : Math.floor(turn / alternatives.length) + (turn % alternatives.length);
  return Object.fromEntries(names.map((name) => [name, fullest(shape.members[name]?.shape ?? '', next, name, index)]));
}
