// Whom does a change concern? Found by following references backwards, so that the cost of a change grows with what
// it touches and not with the mesh.
import { type Key, keyOf, refOf } from '#events/names.ts';
import { findKey, type MeshState, type Resource, usersOf } from '#events/state.ts';
import { nodesThatHear } from './timeout.ts';

/**
 * The proxies (keys of virtual nodes and gateways, there or deleted) that must be translated anew after `changed`
 * resources went from `before` to `after`. A change of the mesh itself concerns all of them.
 */
export function affected(before: MeshState, after: MeshState, changed: Iterable<Key>): ReadonlySet<Key> | 'all' {
  const proxies = new Set<Key>();
  const seen = new Set<Key>();
  const waiting = [...changed];
  // A reference that stands in either state leads to someone who has to hear of the change.
  const users = (key: Key) => [...usersOf(before, key), ...usersOf(after, key)];
  // What a route says of timeouts, the listeners that it sends to follow.
  const targets = (key: Key): readonly string[] =>
    [findKey(before, key), findKey(after, key)].flatMap((one) => (isRoute(one) ? nodesThatHear(one) : []));
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const ref = refOf(key);
    if (ref === undefined || seen.has(key)) continue;
    seen.add(key);
    switch (ref.kind) {
      case 'mesh':
        return 'all';
      case 'virtualGateway':
        proxies.add(key);
        break;
      case 'gatewayRoute':
        proxies.add(keyOf({ kind: 'virtualGateway', name: ref.parent ?? '' }));
        break;
      case 'virtualNode':
        proxies.add(key);
        waiting.push(...users(key));
        break;
      case 'route':
        for (const node of targets(key)) proxies.add(keyOf({ kind: 'virtualNode', name: node }));
        waiting.push(keyOf({ kind: 'virtualRouter', name: ref.parent ?? '' }));
        break;
      case 'virtualRouter':
        waiting.push(...users(key));
        break;
      case 'virtualService':
        // A node that has the service as its backend is concerned, but not those who send to that node.
        for (const user of users(key)) {
          if (refOf(user)?.kind === 'virtualNode') proxies.add(user);
          else waiting.push(user);
        }
        break;
      default:
        throw new Error(`no case for ${ref.kind satisfies never}`);
    }
  }
  return proxies;
}

const isRoute = (resource: Resource | undefined): resource is Resource<'route'> => resource?.kind === 'route';
