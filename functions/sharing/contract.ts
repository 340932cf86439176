// RAM's contract as data: its operations with their paths, the members of requests, its errors. The set-up writes it from
// the SDK's own description of RAM (tools/ram.ts).
import type { MemberShape, Shape } from '#events/model/contract.ts';
import ram from './ram.json' with { type: 'json' };

export type RamOperationName = keyof typeof ram.operations;
export type RamErrorName = keyof typeof ram.errors;

export interface RamOperation {
  readonly name: RamOperationName;
  readonly method: 'POST' | 'DELETE';
  readonly path: `/${string}`;
  /** The shape of its requests. */
  readonly input: string;
  readonly members: Readonly<Record<string, MemberShape>>;
  readonly required: readonly string[];
}

export const ramShapes: Readonly<Record<string, Shape>> = ram.shapes as Readonly<Record<string, Shape>>;
export const ramErrors: Readonly<Record<RamErrorName, number>> = ram.errors;

export const ramOperations: readonly RamOperation[] = Object.entries(ram.operations).map(([name, operation]) => {
  const { method, uri, input } = operation;
  const shape = ramShapes[input];
  if (shape?.type !== 'structure') throw new Error(`${name} has no input structure`);
  return {
    name: name as RamOperationName,
    method: method as RamOperation['method'],
    path: uri as `/${string}`,
    input,
    members: shape.members,
    required: shape.required ?? [],
  };
});
