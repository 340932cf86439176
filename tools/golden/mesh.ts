// Documents that people write, as a state of a mesh: the input of the Create operations, one or many in a YAML text.
import { parseAllDocuments } from 'yaml';
import { readDocuments, type WrittenDocument } from '#events/documents.ts';
import type { ResourceCreated } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import type { MeshState } from '#events/state.ts';

const owner = '111122223333';

/** Folds the documents in their order into a mesh. Throws when one breaks the contract or belongs to another mesh. */
export function meshFrom(text: string): MeshState {
  const values = parseAllDocuments(text).map((document): unknown => document.toJS());
  // A log may hold documents that are older than a rule: cases show what becomes of them, too.
  const { documents, faulty } = readDocuments(values, () => []);
  const faults = faulty.flatMap((document) => document.faults);
  if (faults.length > 0) throw new Error(faults.map((fault) => fault.message).join('; '));
  const meshName = documents[0]?.meshName ?? '';
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
    events: documents.map(created),
  });
}

function created({ ref, spec }: WrittenDocument): ResourceCreated {
  return { type: 'ResourceCreated', ref, owner, uid: `${ref.kind}-${ref.name}`, spec, tags: [] };
}
