// What a call asks of the caller's policies: its own action on the resource and on those that a new document names, and
// the permission to tag for whoever creates with tags.
import type { Actor, Tag } from '#events/event.ts';
import type { Operation } from '#events/model/operations.ts';
import { type Key, keyOf } from '#events/names.ts';
import { referencesOf } from '#events/references.ts';
import type { MeshInView } from '#events/sharing.ts';
import type { Spec } from '#events/spec.ts';
import { type ContextEntry, tagEntries } from '#identity/request-context.ts';
import { askedResource } from '../asked-resource.ts';
import type { Demand } from '../authorize.ts';
import type { Request } from './request.ts';
import type { Subject } from './subject.ts';

/** The mesh that a call is about as it is, and who calls. */
export interface Scene extends MeshInView {
  readonly subject: Subject;
  readonly caller: Actor;
  readonly region: string;
}

/** What the caller must be allowed to do for a call. */
export function demandsOf(operation: Operation, request: Request, scene: Scene): readonly Demand[] {
  const action = `appmesh:${operation.name}`;
  if (operation.name === 'ListMeshes') return [{ action, resources: [{ arn: '*' }] }];
  const { subject, caller, region } = scene;
  const asked = (key: Key) => askedResource(scene, caller, region, key);
  const own = asked(keyOf(subject.ref));
  const named = namedBy(operation, request.spec as Spec | undefined).map(asked);
  const demands = [{ action, resources: [own, ...named] }];
  if (operation.verb !== 'Create' || tagsIn(request).length === 0) return demands;
  return [...demands, { action: 'appmesh:TagResource', resources: [own] }];
}

/**
 * The keys of what a document names and must be allowed, too: "permission on the route and on the target node" (App
 * Mesh guide, identity-based policies; service authorization reference).
 */
function namedBy({ kind }: Operation, spec: Spec | undefined): readonly Key[] {
  if (spec === undefined || kind === undefined) return [];
  return [
    ...new Set(
      referencesOf(kind, spec)
        .filter(({ required }) => required)
        .map(({ to }) => to),
    ),
  ];
}

const tagsIn = (request: Request): readonly Tag[] => (request.tags ?? []) as readonly Tag[];

/** The tags that come with a call, as condition keys. */
export function tagEntriesOf(request: Request): readonly ContextEntry[] {
  const tags = tagsIn(request);
  const keys = [...tags.map(({ key }) => key), ...((request.tagKeys ?? []) as readonly string[])];
  return [...tagEntries('aws:RequestTag', tags), ...keys.map((key) => ['aws:TagKeys', key] as const)];
}
