// A long history of a large mesh, for measurements: the same commits at every call. Resources are made first, then
// changed at random as deployments do it: mostly weights of routes, each call with a client token as SDKs send it.
import type { Commit, MeshEvent } from '#events/event.ts';
import { keyOf, type ResourceRef } from '#events/names.ts';
import type { Spec } from '#events/spec.ts';

export interface HistoryOptions {
  readonly resources: number;
  readonly events: number;
}

export const owner = '111111111111';
export const meshName = 'large';

/** Pseudo-random whole numbers below a bound, the same ones each time (Numerical Recipes' generator). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const portMapping = { port: 8080, protocol: 'http' } as const;

/** Of every four resources: a node, a router, its route to two nodes, and the service that the router provides. */
function resource(index: number, weight: number): { readonly ref: ResourceRef; readonly spec: Spec } {
  const group = Math.floor(index / 4);
  const names = { node: `node-${group}`, router: `router-${group}`, service: `service-${group}.local` };
  switch (index % 4) {
    case 0: {
      const backends = [1, 2, 3].map((step) => ({
        virtualService: { virtualServiceName: `service-${Math.max(0, group - step)}.local` },
      }));
      const serviceDiscovery = { dns: { hostname: `${names.node}.local` } };
      return {
        ref: { kind: 'virtualNode', name: names.node },
        spec: { listeners: [{ portMapping }], serviceDiscovery, backends },
      };
    }
    case 1:
      return { ref: { kind: 'virtualRouter', name: names.router }, spec: { listeners: [{ portMapping }] } };
    case 2: {
      const weightedTargets = [
        { virtualNode: names.node, weight },
        { virtualNode: `node-${Math.max(0, group - 1)}`, weight: 100 - weight },
      ];
      return {
        ref: { kind: 'route', name: 'all', parent: names.router },
        spec: { httpRoute: { match: { prefix: '/' }, action: { weightedTargets } } },
      };
    }
    default:
      return {
        ref: { kind: 'virtualService', name: names.service },
        spec: { provider: { virtualRouter: { virtualRouterName: names.router } } },
      };
  }
}

/** The commits of one mesh's stream, one event each. */
export function history({ resources, events }: HistoryOptions): readonly Commit[] {
  const roll = dice(1);
  const versions = new Map<string, number>();
  return Array.from({ length: events }, (_, at): Commit => {
    const { event, operation } = nextEvent(at);
    return {
      id: `commit-${at}`,
      stream: `mesh/${owner}/${meshName}`,
      version: at + 1,
      time: at * 3000,
      schema: 1,
      actor: { accountId: owner, arn: `arn:aws:iam::${owner}:user/deployer` },
      requestId: `request-${at}`,
      clientToken: { token: `token-${at}`, operation, hash: `hash-${at}` },
      events: [event],
    };
  });

  function nextEvent(at: number): { readonly event: MeshEvent; readonly operation: string } {
    if (at === 0) {
      const ref = { kind: 'mesh', name: meshName } as const;
      return {
        event: { type: 'ResourceCreated', ref, owner, uid: 'uid', spec: {}, tags: [] },
        operation: 'CreateMesh',
      };
    }
    const making = at < resources;
    // Half of all changes move a weight.
    const some = making ? at - 1 : roll(resources - 1);
    const index = !making && roll(2) === 0 ? Math.min(some - (some % 4) + 2, resources - 2) : some;
    const { ref, spec } = resource(index, roll(101));
    const key = keyOf(ref);
    const uid = `uid-${index}`;
    const version = (versions.get(key) ?? 0) + 1;
    versions.set(key, version);
    return making
      ? { event: { type: 'ResourceCreated', ref, owner, uid, spec, tags: [] }, operation: 'Create' }
      : { event: { type: 'ResourceUpdated', ref, uid, version, spec }, operation: 'Update' };
  }
}
