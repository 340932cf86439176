// A change not yet made: what documents that people wrote would do to the meshes that they name, step by step in the
// order of the references, and what would be refused. The same decisions as for a call, on states that nobody keeps.
import type { Command } from './command.ts';
import { decide } from './decide.ts';
import type { WrittenDocument } from './documents.ts';
import type { Actor, MeshEvent, Tag } from './event.ts';
import { evolveMesh } from './evolve.ts';
import { type Key, type Kind, keyOf, kinds, meshStream, parentKind, type ResourceRef } from './names.ts';
import type { Quotas } from './quotas.ts';
import { referencesOf } from './references.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import { newestSchema } from './schema.ts';
import type { MeshInView, Organizations } from './sharing.ts';
import { type AccountState, type MeshState, type Resource, refOfResource } from './state.ts';

/** One call that makes the change, or without a command a document that stands as it is. */
export interface PlannedStep {
  readonly owner: string;
  readonly meshName: string;
  readonly ref: ResourceRef;
  readonly command?: Command;
}

export interface RefusedStep extends PlannedStep {
  readonly refusal: Refusal;
}

/** A mesh before and after, with the keys that differ. */
export interface PlannedMesh {
  readonly before: MeshState;
  readonly after: MeshState;
  readonly changed: ReadonlySet<Key>;
  readonly organizations: Organizations;
}

export interface Plan {
  /** In an order in which each would be allowed. */
  readonly steps: readonly PlannedStep[];
  readonly refusals: readonly RefusedStep[];
  readonly meshes: readonly PlannedMesh[];
}

export interface PlanOptions {
  readonly caller: Actor;
  /** The caller's. */
  readonly account: AccountState;
  /** Whether two specs say the same. */
  readonly equal: (left: unknown, right: unknown) => boolean;
  /** None when left out. */
  readonly quotas?: Quotas;
  /** Delete what the caller owns in these meshes and no document names; never a mesh itself. */
  readonly prune: boolean;
}

/** Plans documents on the meshes that they name; `meshes` has each by its stream. */
export function planDocuments(
  meshes: ReadonlyMap<string, MeshInView>,
  documents: readonly WrittenDocument[],
  options: PlanOptions,
): Plan {
  const drafts = [...meshes].map(([stream, on]) => {
    const own = documents.filter((document) => streamOf(document, options.caller) === stream);
    return draftOf(on, own, options);
  });
  return {
    steps: drafts.flatMap(({ steps }) => steps),
    refusals: drafts.flatMap(({ refusals }) => refusals),
    meshes: drafts.map(({ before, after, changed, organizations }) => ({ before, after, changed, organizations })),
  };
}

/** The stream of the mesh that a document belongs to. */
export function streamOf({ meshOwner, meshName }: WrittenDocument, caller: Actor): string {
  return meshStream(meshOwner ?? caller.accountId, meshName);
}

interface Draft extends PlannedMesh {
  readonly steps: readonly PlannedStep[];
  readonly refusals: readonly RefusedStep[];
}

/**
 * What is named comes before what names it, and goes after it. A step that is refused in its place is tried again after
 * the others: two documents may have to agree, and the one that goes first is not always the same.
 */
function draftOf(
  { mesh: before, organizations }: MeshInView,
  documents: readonly WrittenDocument[],
  options: PlanOptions,
): Draft {
  const steps: PlannedStep[] = [];
  const changed = new Set<Key>();
  let after = before;
  let refusals: readonly RefusedStep[] = [];
  let pending: readonly PlannedStep[] = wantedSteps(before, documents, options);
  for (let progress = true; progress && pending.length > 0; pending = refusals) {
    const refused: RefusedStep[] = [];
    for (const { owner, meshName, ref, command } of pending) {
      const step = { owner, meshName, ref, ...(command && { command }) };
      const next = command === undefined ? after : made({ mesh: after, organizations }, command, options);
      if (isRefusal(next)) {
        refused.push({ ...step, refusal: next });
        continue;
      }
      if (next !== after) changed.add(keyOf(ref));
      after = next;
      steps.push(step);
    }
    progress = refused.length < pending.length;
    refusals = refused;
  }
  return { before, after, changed, organizations, steps, refusals };
}

const rank = (kind: Kind): number => kinds.indexOf(kind);

function wantedSteps(
  mesh: MeshState,
  documents: readonly WrittenDocument[],
  { equal, prune, caller }: PlanOptions,
): readonly PlannedStep[] {
  const ordered = documents.toSorted((left, right) => rank(left.ref.kind) - rank(right.ref.kind));
  const written = ordered.flatMap((document) => writingSteps(mesh, document, equal));
  if (!prune) return written;
  return [...written, ...pruningSteps(mesh, namedKeys(mesh, documents), caller)];
}

function writingSteps(mesh: MeshState, document: WrittenDocument, equal: PlanOptions['equal']): readonly PlannedStep[] {
  const { ref, spec, tags = [] } = document;
  const where = { owner: mesh.owner, meshName: mesh.meshName, ref };
  const existing = mesh.resources.get(keyOf(ref));
  if (existing === undefined) return [{ ...where, command: { type: 'Create', ref, spec, tags } }];
  const steps: PlannedStep[] = [];
  if (!equal(existing.spec, spec)) steps.push({ ...where, command: { type: 'Update', ref, spec } });
  const missing = missingTags(existing, tags);
  if (missing.length > 0) steps.push({ ...where, command: { type: 'Tag', ref, tags: missing } });
  return steps.length === 0 ? [where] : steps;
}

// Others tag as well (cost allocation, deployment tools): a tag that no document names is left alone.
function missingTags(resource: Resource, tags: readonly Tag[]): readonly Tag[] {
  return tags.filter(({ key, value }) => !resource.tags.some((tag) => tag.key === key && tag.value === value));
}

/** What documents name: themselves, what they need, and what stands and that needs in turn. */
function namedKeys(mesh: MeshState, documents: readonly WrittenDocument[]): ReadonlySet<Key> {
  const keys = new Set(documents.map(({ ref }) => keyOf(ref)));
  const waiting = documents.flatMap(namedBy);
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (keys.has(key)) continue;
    keys.add(key);
    const resource = mesh.resources.get(key);
    if (resource !== undefined) waiting.push(...namedBy({ ref: refOfResource(resource), spec: resource.spec }));
  }
  return keys;
}

/** The keys that a document names besides its own: its parent's, and those of what must exist for it. */
function namedBy({ ref, spec }: Pick<WrittenDocument, 'ref' | 'spec'>): readonly Key[] {
  const { kind, parent = '' } = ref;
  const above = kind === 'route' || kind === 'gatewayRoute' ? [keyOf({ kind: parentKind[kind], name: parent })] : [];
  const needed = referencesOf(kind, spec).filter(({ required }) => required);
  return [...above, ...needed.map(({ to }) => to)];
}

function pruningSteps(mesh: MeshState, named: ReadonlySet<Key>, caller: Actor): readonly PlannedStep[] {
  const unnamed = [...mesh.resources.values()].filter(
    (resource) => resource.kind !== 'mesh' && resource.owner === caller.accountId && !named.has(keyOf(resource)),
  );
  return unnamed
    .sort((left, right) => rank(right.kind) - rank(left.kind) || (keyOf(left) < keyOf(right) ? -1 : 1))
    .map((resource) => {
      const ref = refOfResource(resource);
      return { owner: mesh.owner, meshName: mesh.meshName, ref, command: { type: 'Delete', ref } };
    });
}

/** The mesh after a command, or why not. */
function made(
  { mesh, organizations }: MeshInView,
  command: Command,
  { caller, account, quotas = {} }: PlanOptions,
): MeshState | Refusal {
  const { stream, time } = mesh;
  const version = mesh.sequence + 1;
  // What is made in a plan is never kept: its uid only has to differ from others.
  const decision = decide({ mesh, account, organizations }, command, {
    caller,
    time,
    uid: `planned-${version}`,
    quotas,
  });
  if (isRefusal(decision)) return decision;
  if (decision.decided === 'repeat') throw new Error('a planned step has no client token');
  const events: readonly MeshEvent[] = decision.mesh;
  const commit = { id: 'planned', stream, version, time, schema: newestSchema, actor: caller, requestId: '', events };
  return evolveMesh(mesh, commit);
}
