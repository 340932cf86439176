// Documents that people write, as a state of a mesh: the input of the Create operations, one or many in a YAML text.
import { parseAllDocuments } from 'yaml';
import type { ResourceCreated } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import { nameMember } from '#events/model/operations.ts';
import { validate } from '#events/model/validate.ts';
import { type Kind, parentKind, type ResourceRef } from '#events/names.ts';
import { faultsOf } from '#events/rules.ts';
import type { Spec } from '#events/spec.ts';
import type { MeshState } from '#events/state.ts';

const owner = '111122223333';

// The kind follows from the deepest name member: a route names its mesh and its router too.
const deepestFirst: readonly Kind[] = [
  'gatewayRoute',
  'route',
  'virtualService',
  'virtualNode',
  'virtualRouter',
  'virtualGateway',
  'mesh',
];

type Document = Readonly<Record<string, unknown>>;

/** Folds the documents in their order into a mesh. Throws when one breaks the contract or belongs to another mesh. */
export function meshFrom(text: string): MeshState {
  const documents = parseAllDocuments(text).flatMap((document) => document.toJS() as Document | readonly Document[]);
  const events = documents.map(created);
  const meshName = String(documents[0]?.meshName);
  const stranger = documents.find((document) => document.meshName !== meshName);
  if (stranger !== undefined)
    throw new Error(`a document of another mesh than ${meshName}: ${JSON.stringify(stranger)}`);
  const empty = emptyMesh(owner, meshName);
  return evolveMesh(empty, {
    id: 'golden',
    stream: empty.stream,
    version: 1,
    time: 0,
    schema: 1,
    actor: { accountId: owner, arn: `arn:aws:iam::${owner}:root` },
    requestId: 'golden',
    events,
  });
}

function created(document: Document): ResourceCreated {
  const kind = deepestFirst.find((one) => nameMember(one) in document);
  if (kind === undefined) throw new Error(`a document without a name: ${JSON.stringify(document)}`);
  const ref = refOf(kind, document);
  const spec = (document.spec ?? {}) as Spec;
  const shape = `Create${kind.charAt(0).toUpperCase()}${kind.slice(1)}Input`;
  const faults = [...validate(shape, document), ...faultsOf(ref, spec)];
  if (faults.length > 0) throw new Error(faults.map((fault) => fault.message).join('; '));
  return { type: 'ResourceCreated', ref, owner, uid: `${kind}-${ref.name}`, spec, tags: [] };
}

function refOf(kind: Kind, document: Document): ResourceRef {
  const name = String(document[nameMember(kind)]);
  if (kind !== 'route' && kind !== 'gatewayRoute') return { kind, name };
  return { kind, name, parent: String(document[nameMember(parentKind[kind])]) };
}
