// The wire contract of App Mesh (API 2019-01-25) as data, with what Heddle adds to it. Types, checker, property-test
// generators and the table of operations read it from here, and nowhere else is it written again.
import additions from './additions.json' with { type: 'json' };
import appMesh from './app-mesh.json' with { type: 'json' };

/** Where a member of a request travels; in the body when `in` is absent. */
export interface MemberShape {
  readonly shape: string;
  readonly in?: 'path' | 'query';
}

export type Shape =
  | {
      readonly type: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: string;
      readonly enum?: readonly string[];
    }
  | { readonly type: 'integer' | 'long'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' | 'timestamp' }
  | { readonly type: 'list'; readonly item: string; readonly min?: number; readonly max?: number }
  | StructureShape;

/** `union`: exactly one of the members must be there. */
export interface StructureShape {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, MemberShape>>;
  readonly required?: readonly string[];
  readonly union?: boolean;
}

export interface OperationShape {
  readonly method: string;
  readonly uri: string;
  readonly input: string;
  readonly output: string;
  /** The one member of the output that is the body of the answer; the whole output when absent. */
  readonly payload?: string;
  readonly errors: readonly string[];
}

interface Contract {
  readonly operations: Readonly<Record<string, OperationShape>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** AWS's own part, untouched, so that ours can never hide a drift from theirs. */
export const awsContract = appMesh as unknown as Contract;

/** All shapes by name; ours add members to AWS's structures or are new. */
export const shapes: Readonly<Record<string, Shape>> = merged(
  awsContract.shapes,
  additions.shapes as Record<string, Shape>,
);

function merged(theirs: Contract['shapes'], ours: Contract['shapes']): Contract['shapes'] {
  const result: Record<string, Shape> = { ...theirs };
  for (const [name, shape] of Object.entries(ours)) {
    const base = result[name];
    result[name] =
      base?.type === 'structure' && shape.type === 'structure'
        ? { ...base, members: { ...base.members, ...shape.members } }
        : shape;
  }
  return result;
}
