// The table of operations: what the contract says of each, with the kind of resource and the verb that its name holds.
// The API's routes, its answers, permissions and client tokens are driven by this table.
import { type Kind, kinds } from '../names.ts';
import { awsContract, type MemberShape, type OperationShape, shapes } from './contract.ts';

export type Verb = 'Create' | 'Update' | 'Delete' | 'Describe' | 'List';

/** One operation of the App Mesh API. Operations on tags have no kind: any resource can have tags. */
export type Operation = OperationShape & {
  readonly name: string;
  /** Where each member of the request travels, by member. */
  readonly members: Readonly<Record<string, MemberShape>>;
} & (
    | { readonly verb: Verb; readonly kind: Kind }
    | { readonly verb: 'TagResource' | 'UntagResource' | 'ListTagsForResource'; readonly kind?: undefined }
  );

const verbs = ['Create', 'Update', 'Delete', 'Describe', 'List'] as const;

const pluralOf = (kind: Kind): string => (kind === 'mesh' ? 'Meshes' : `${capital(kind)}s`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function operation([name, shape]: readonly [string, OperationShape]): Operation {
  const input = shapes[shape.input];
  if (input?.type !== 'structure') throw new Error(`${name} has no input structure`);
  const base = { ...shape, name, members: input.members };
  if (name === 'TagResource' || name === 'UntagResource' || name === 'ListTagsForResource')
    return { ...base, verb: name };
  for (const verb of verbs) {
    const kind = kinds.find((one) => name === verb + (verb === 'List' ? pluralOf(one) : capital(one)));
    if (kind !== undefined) return { ...base, verb, kind };
  }
  throw new Error(`the operation ${name} is of no known form`);
}

/** All 38 operations, by name. */
export const operations: readonly Operation[] = Object.entries(awsContract.operations).map(operation);

/** The member of a request that names a resource of a kind: `virtualNodeName`. */
export const nameMember = (kind: Kind): string => `${kind}Name`;
