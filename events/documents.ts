// The one format of documents that people write: the input of a Create operation (`aws appmesh create-… --cli-input-json`).
// The kind follows from the deepest name member.
import type { Tag } from './event.ts';
import { nameMember } from './model/operations.ts';
import { type Fault, validate, withoutNulls } from './model/validate.ts';
import { type Kind, keyOf, parentKind, type ResourceRef } from './names.ts';
import { faultsOf } from './rules.ts';
import type { Spec } from './spec.ts';

/** A resource as people wrote it, checked by itself: what it names may be missing. */
export interface WrittenDocument {
  readonly meshName: string;
  /** The account of the mesh when it is another's. */
  readonly meshOwner?: string;
  readonly ref: ResourceRef;
  readonly spec: Spec;
  /** Absent: nothing is said about tags. */
  readonly tags?: readonly Tag[];
}

/** A document that breaks its shape: where it stood (from 0) and what is wrong with it. */
export interface FaultyDocument {
  readonly position: number;
  readonly faults: readonly Fault[];
}

// A route names its mesh and its router too.
const deepestFirst: readonly Kind[] = [
  'gatewayRoute',
  'route',
  'virtualService',
  'virtualNode',
  'virtualRouter',
  'virtualGateway',
  'mesh',
];

type Rules = (ref: ResourceRef, spec: Spec) => readonly Fault[];

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads parsed documents, each in a place of its own or in a list. All faults of all of them are found. `rules` are those
 * that a document which has its shape must keep.
 */
export function readDocuments(
  values: readonly unknown[],
  rules: Rules = faultsOf,
): {
  readonly documents: readonly WrittenDocument[];
  readonly faulty: readonly FaultyDocument[];
} {
  const documents: WrittenDocument[] = [];
  const faulty: FaultyDocument[] = [];
  const seen = new Set<string>();
  for (const [position, value] of values.flat().entries()) {
    const read = readDocument(value, rules);
    if ('faults' in read) {
      faulty.push({ position, faults: read.faults });
      continue;
    }
    const place = `${read.meshOwner ?? ''}/${read.meshName}/${keyOf(read.ref)}`;
    const message = `${keyOf(read.ref)} of mesh ${read.meshName} is written more than once`;
    if (seen.has(place)) faulty.push({ position, faults: [{ path: nameMember(read.ref.kind), message }] });
    else documents.push(read);
    seen.add(place);
  }
  return { documents, faulty };
}

function readDocument(value: unknown, rules: Rules): WrittenDocument | { readonly faults: readonly Fault[] } {
  if (typeof value !== 'object' || value === null) {
    return { faults: [{ path: '', message: `A document is an object, and this is ${JSON.stringify(value)}` }] };
  }
  const members = withoutNulls(value) as Members;
  const kind = deepestFirst.find((one) => nameMember(one) in members);
  if (kind === undefined) {
    const names = deepestFirst.map(nameMember).join(', ');
    return { faults: [{ path: '', message: `A document names its resource by one of ${names}` }] };
  }
  const faults = validate(`Create${kind.charAt(0).toUpperCase()}${kind.slice(1)}Input`, members);
  if (faults.length > 0) return { faults };
  const { meshName, meshOwner, tags, spec = {} } = members as Members & Omit<WrittenDocument, 'ref'>;
  const ref = refOf(kind, members);
  const broken = rules(ref, spec as Spec);
  if (broken.length > 0) return { faults: broken };
  return { meshName, ...(meshOwner && { meshOwner }), ref, spec: spec as Spec, ...(tags && { tags }) };
}

function refOf(kind: Kind, members: Members): ResourceRef {
  const name = String(members[nameMember(kind)]);
  if (kind !== 'route' && kind !== 'gatewayRoute') return { kind, name };
  return { kind, name, parent: String(members[nameMember(parentKind[kind])]) };
}

/** The members of a request that name a resource: `{meshName, virtualRouterName, routeName}`. */
export function namingMembers({ meshName, meshOwner, ref }: Omit<WrittenDocument, 'spec' | 'tags'>): Members {
  const { kind, name, parent } = ref;
  return {
    meshName,
    ...(meshOwner !== undefined && kind !== 'mesh' && { meshOwner }),
    ...((kind === 'route' || kind === 'gatewayRoute') && { [nameMember(parentKind[kind])]: parent }),
    ...(kind !== 'mesh' && { [nameMember(kind)]: name }),
  };
}
