// Who may do what in a shared mesh, after any life of it: nobody reads or writes without a grant or ownership, consumers
// change only what they own, unsharing closes every door, and a share made again opens just those that it names.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf } from '#events/names.ts';
import { isRefusal } from '#events/refusal.ts';
import {
  historyFrom,
  isInForce,
  mayRead,
  mayReadTags,
  mayStream,
  organizationsNamed,
  settled,
} from '#events/sharing.ts';
import { meshFromJson, meshToJson } from '#events/snapshot.ts';
import { list, meshOf } from '#events/state.ts';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import { owner } from './given.ts';
import {
  accounts,
  asking,
  beginning,
  granting,
  type Happening,
  hasAccess,
  lives,
  organizing,
  type SharedWorld,
  sending,
} from './shared-worlds.ts';

function live(life: readonly Happening[], look: (world: SharedWorld) => void = () => {}): SharedWorld {
  let world = beginning;
  for (const happening of life) {
    world = after(world, happening);
    look(world);
  }
  return world;
}

function after(world: SharedWorld, happening: Happening): SharedWorld {
  switch (happening.kind) {
    case 'granted':
      // What does not exist is granted to nobody.
      return meshOf(world.mesh) === undefined ? world : granting(world, happening.principals);
    case 'organized':
      return organizing(world, happening.membership);
    case 'asked':
      return asked(world, happening);
  }
}

/** Makes the call, and holds the decision against who called and who owned what. */
function asked(world: SharedWorld, call: Extract<Happening, { kind: 'asked' }>): SharedWorld {
  const { by, command } = call;
  const { decision, world: next } = asking(world, call);
  if (!hasAccess(world, by)) {
    expect(decision).toMatchObject({ refused: 'forbidden' });
    return next;
  }
  if (isRefusal(decision)) return next;
  const resource = world.mesh.resources.get(keyOf(command.ref));
  const byOwner = by === owner.accountId;
  const { kind } = command.ref;
  switch (command.type) {
    case 'Create':
      expect(byOwner || !['mesh', 'virtualGateway', 'gatewayRoute'].includes(kind)).toBe(true);
      expect(next.mesh.resources.get(keyOf(command.ref))?.owner).toBe(by);
      break;
    case 'Delete':
      expect(byOwner || resource?.owner === by).toBe(true);
      break;
    default:
      expect(resource?.owner).toBe(by);
      expect(next.mesh.resources.get(keyOf(command.ref))?.owner).toBe(by);
  }
  return next;
}

/** Every door of reading, for everybody. */
function looksRight(world: SharedWorld): void {
  const { mesh, organizations } = world;
  const inForce = settled(mesh, organizations);
  for (const account of accounts) {
    const access = hasAccess(world, account);
    expect(mayRead(mesh, account, organizations) === undefined).toBe(access);
    expect('refused' in historyFrom(mesh, account, organizations)).toBe(!access);
    for (const resource of mesh.resources.values()) {
      const own = resource.owner === account;
      expect(mayStream(mesh, account, resource, organizations) === undefined).toBe(access && own);
      expect(mayReadTags(mesh, account, resource) === undefined).toBe(own || account === owner.accountId);
      if (own) expect(isInForce(inForce, resource)).toBe(access);
    }
  }
}

test('whoever calls may what ownership and the grants of now allow, and nothing else', () => {
  fc.assert(fc.property(lives, (life) => void live(life, looksRight)));
});

test('an owner may do in a shared mesh all that it may in one that is not', () => {
  fc.assert(
    fc.property(lives, (life) => {
      live(life, ({ mesh, organizations }) => expect(mayRead(mesh, owner.accountId, organizations)).toBeUndefined());
    }),
  );
});

test('unsharing closes every door, and a share made again opens just those that it names', () => {
  fc.assert(
    fc.property(lives, fc.subarray(accounts.slice(1)), (life, named) => {
      const world = live(life);
      if (meshOf(world.mesh) === undefined) return;
      const closed = granting(world, []);
      for (const account of accounts.slice(1)) {
        expect(mayRead(closed.mesh, account, closed.organizations)).toMatchObject({ refused: 'forbidden' });
      }
      looksRight(closed);
      // What they made stays.
      expect([...closed.mesh.resources.keys()]).toEqual([...world.mesh.resources.keys()]);
      const again = granting(closed, [named]);
      for (const account of accounts.slice(1)) {
        expect(mayRead(again.mesh, account, again.organizations) === undefined).toBe(named.includes(account));
      }
    }),
  );
});

test('no proxy sends to a node of an account without access, and shared again all is as it was', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const world = live([...sending, ...life.slice(1)]);
      const { mesh, organizations } = world;
      const inForce = settled(mesh, organizations);
      const proxies = [...list(mesh, 'virtualNode'), ...list(mesh, 'virtualGateway')].map(keyOf);
      for (const proxy of proxies) {
        for (const cluster of proxyGraph(inForce, proxy, {}).graph.clusters) {
          if (cluster.kind !== 'node') continue;
          const sentTo = mesh.resources.get(`virtualNode/${cluster.node}`);
          expect(sentTo !== undefined && hasAccess(world, sentTo.owner)).toBe(true);
        }
      }
      if (meshOf(mesh) === undefined) return;
      const everybody = granting(granting(world, []), [accounts.slice(1)]).mesh;
      const before = granting(world, [accounts.slice(1)]).mesh;
      for (const proxy of proxies) {
        expect(proxyGraph(everybody, proxy, {}).graph).toEqual(proxyGraph(before, proxy, {}).graph);
      }
    }),
    { numRuns: 50 },
  );
});

test('a snapshot of a shared mesh lets in whom the mesh lets in, from where it did', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const { mesh, organizations } = live(life);
      const read = meshFromJson(mesh.stream, JSON.parse(JSON.stringify(meshToJson(mesh))));
      expect(organizationsNamed(read)).toEqual(organizationsNamed(mesh));
      expect(read.owners.toJS()).toEqual(mesh.owners.toJS());
      for (const account of accounts) {
        expect(historyFrom(read, account, organizations)).toEqual(historyFrom(mesh, account, organizations));
      }
    }),
  );
});
