// What holds after any history: the indexes are those of the resources, nothing points into the void, a snapshot is
// the state, and states that were held before are as they were.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { disagreements } from '#events/agreement.ts';
import type { Commit } from '#events/event.ts';
import { accountFolding, meshFolding } from '#events/folding.ts';
import { validate } from '#events/model/validate.ts';
import { keyOf, parentKind } from '#events/names.ts';
import { referencesOf } from '#events/references.ts';
import { isRefusal } from '#events/refusal.ts';
import { faultsOf } from '#events/rules.ts';
import { meshFromJson, meshToJson } from '#events/snapshot.ts';
import { list, type MeshState, memberList, meshOf, usersOf } from '#events/state.ts';
import type { Asked, World } from './given.ts';
import { ask, nothing } from './given.ts';
import { histories } from './histories.ts';

/** The worlds after each command, the empty one first. */
function worlds(history: readonly Asked[], start: World = nothing): readonly World[] {
  const all = [start];
  for (const step of history) all.push(ask(all.at(-1) ?? start, step).world);
  return all;
}

const text = (state: MeshState): string => JSON.stringify(meshToJson(state));
const last = (all: readonly World[]): World => all.at(-1) ?? nothing;

/** The state with its maps as plain objects, lists sorted, so that equal states are equal values. */
function plain(state: MeshState) {
  const index = (map: MeshState['users']) =>
    Object.fromEntries([...map.entries()].map(([key, set]) => [key, [...set].sort()]));
  const tokens = state.tokens.map(({ hour, used }) => ({ hour, used: used.toJS() }));
  const { members, users, resources } = state;
  return { ...state, resources: resources.toJS(), members: index(members), users: index(users), tokens };
}

/** The indexes as they must be, worked out from the resources alone. */
function indexesOf({ resources }: MeshState) {
  const members: Record<string, string[]> = {};
  const users: Record<string, string[]> = {};
  const put = (index: Record<string, string[]>, at: string, key: string) => {
    index[at] = [...new Set([...(index[at] ?? []), key])].sort();
  };
  for (const [key, resource] of resources) {
    put(members, memberList(resource.kind, resource.parent), key);
    for (const { to } of referencesOf(resource.kind, resource.spec)) put(users, to, key);
  }
  return { members, users };
}

const holds = (property: (history: readonly Asked[]) => void): void =>
  fc.assert(fc.property(histories, property), { numRuns: 200 });

describe('after any history', () => {
  test('lists and reverse references are those of the resources', () => {
    holds((history) => {
      for (const { mesh } of worlds(history)) {
        const { members, users } = plain(mesh);
        expect({ members, users }).toEqual(indexesOf(mesh));
      }
    });
  });

  test('every required reference and every parent is there, and nothing outlives its mesh', () => {
    holds((history) => {
      for (const { mesh } of worlds(history)) {
        if (meshOf(mesh) === undefined) expect(mesh.resources.size).toBe(0);
        for (const [key, resource] of mesh.resources) {
          const { kind, parent = '' } = resource;
          if (kind === 'route' || kind === 'gatewayRoute') {
            expect(mesh.resources.has(keyOf({ kind: parentKind[kind], name: parent }))).toBe(true);
          }
          for (const { to, required } of referencesOf(kind, resource.spec)) {
            if (required) expect(mesh.resources.has(to), `${key} names ${to}`).toBe(true);
            expect(usersOf(mesh, to)).toContain(key);
          }
        }
      }
    });
  });

  test('every route means a listener of its router, every gateway route one of its gateway, both one of several', () => {
    holds((history) => {
      for (const { mesh } of worlds(history)) {
        for (const kind of ['virtualNode', 'virtualRouter', 'virtualService', 'virtualGateway'] as const) {
          for (const { name, spec } of list(mesh, kind)) expect(disagreements(mesh, { kind, name }, spec)).toEqual([]);
        }
      }
    });
  });

  test('the account lists the mesh if, and as long as, there is one', () => {
    holds((history) => {
      for (const { mesh, account } of worlds(history)) {
        const { uid, version } = meshOf(mesh) ?? {};
        const listed = account.meshes.get(mesh.meshName);
        expect({ uid: listed?.uid, version: listed?.version }).toEqual({ uid, version });
      }
    });
  });

  test('lists are ordered by name', () => {
    holds((history) => {
      const { mesh } = last(worlds(history));
      for (const parent of ['a', 'b', 'c']) {
        const routes = list(mesh, 'route', parent).map(({ name }) => name);
        expect(routes).toEqual([...routes].sort());
      }
    });
  });

  test('a command that was refused or repeated changed nothing', () => {
    holds((history) => {
      let world = nothing;
      for (const step of history) {
        const { decision, world: next } = ask(world, step);
        if (isRefusal(decision) || decision.decided === 'repeat') expect(next.mesh).toBe(world.mesh);
        else expect(next.mesh.sequence).toBe(world.mesh.sequence + 1);
        world = next;
      }
    });
  });
});

describe('the log of any history', () => {
  test('is replayed to the very states that were lived', () => {
    holds((history) => {
      const { log, mesh, account } = last(worlds(history));
      // As a store gives it back: as text.
      const read: readonly Commit[] = JSON.parse(JSON.stringify(log));
      const replayed = <S extends object>(
        start: S,
        stream: string,
        evolve: (state: S, commit: Commit) => S | object,
      ): S =>
        read.filter((commit) => commit.stream === stream).reduce((state, commit) => evolve(state, commit) as S, start);
      const again = replayed(nothing.mesh, mesh.stream, meshFolding.evolve);
      expect(plain(again)).toEqual(plain(mesh));
      const accountAgain = replayed(nothing.account, account.stream, accountFolding.evolve);
      expect(accountAgain.meshes.toJS()).toEqual(account.meshes.toJS());
    });
  });

  test('counts the commits of a stream and the versions of each life of a name without a gap', () => {
    holds((history) => {
      const { log, mesh } = last(worlds(history));
      const ofMesh = log.filter(({ stream }) => stream === mesh.stream);
      expect(ofMesh.map(({ version }) => version)).toEqual(ofMesh.map((_, index) => index + 1));
      const versions = new Map<string, number>();
      for (const event of ofMesh.flatMap(({ events }) => events)) {
        if (event.type === 'ResourceCreated') {
          expect(versions.has(event.uid)).toBe(false);
          versions.set(event.uid, 1);
        } else if (event.type === 'ResourceUpdated' || event.type === 'ResourceDeleted') {
          expect(event.version).toBe((versions.get(event.uid) ?? Number.NaN) + 1);
          versions.set(event.uid, event.version);
        }
      }
      for (const { uid, version } of mesh.resources.values()) expect(version).toBe(versions.get(uid));
    });
  });

  test('holds only specs that have their shape and keep the rules', () => {
    holds((history) => {
      for (const event of last(worlds(history)).log.flatMap(({ events }) => events)) {
        if (event.type !== 'ResourceCreated' && event.type !== 'ResourceUpdated') continue;
        const shape = `${event.ref.kind.charAt(0).toUpperCase()}${event.ref.kind.slice(1)}Spec`;
        expect([...validate(shape, event.spec), ...faultsOf(event.ref, event.spec)]).toEqual([]);
      }
    });
  });
});

describe('a snapshot', () => {
  test('is the state: what comes back from its JSON equals what the log folds to', () => {
    holds((history) => {
      const { mesh } = last(worlds(history));
      const back = meshFromJson(mesh.stream, JSON.parse(text(mesh)));
      expect(plain(back)).toEqual(plain(mesh));
      expect(text(back)).toBe(text(mesh));
    });
  });

  test('is a start as good as any: folding on from it leads where the log leads', () => {
    fc.assert(
      fc.property(histories, fc.nat({ max: 59 }), (history, cut) => {
        const whole = worlds(history);
        const middle = whole[Math.min(cut, whole.length - 1)] ?? nothing;
        const resumed = { ...middle, mesh: meshFromJson(middle.mesh.stream, JSON.parse(text(middle.mesh))) };
        const rest = worlds(history.slice(whole.indexOf(middle)), resumed);
        expect(plain(last(rest).mesh)).toEqual(plain(last(whole).mesh));
      }),
    );
  });

  test('holds who may use the mesh, though no history here shares one', () => {
    const shares = [{ share: 'a-share', principals: ['222222222222'] }];
    const state = { ...nothing.mesh, shares };
    expect(meshFromJson(state.stream, JSON.parse(text(state))).shares).toEqual(shares);
  });

  test('of equal states is equal text, in whatever order things were made', () => {
    holds((history) => {
      const { mesh } = last(worlds(history));
      const backwards = meshFromJson(mesh.stream, {
        ...(meshToJson(mesh) as { readonly resources: readonly unknown[] }),
        resources: [...mesh.resources.values()].reverse(),
      });
      expect(text(backwards)).toBe(text(mesh));
    });
  });

  test('of another stream than a mesh is a bug', () => {
    expect(() => meshFromJson('account/111111111111', meshToJson(nothing.mesh))).toThrow('account/111111111111');
  });
});

describe('evolve', () => {
  test('leaves every state before it as it was', () => {
    holds((history) => {
      const texts: string[] = [];
      const all: World[] = [nothing];
      for (const step of history) {
        const world = last(all);
        texts.push(text(world.mesh) + JSON.stringify(plain(world.mesh)));
        all.push(ask(world, step).world);
      }
      expect(texts).toEqual(all.slice(0, -1).map(({ mesh }) => text(mesh) + JSON.stringify(plain(mesh))));
    });
  });

  test('reads the same decisions from the same state and command', () => {
    holds((history) => {
      const [one, two] = [worlds(history), worlds(history)];
      expect(last(one)).toEqual(last(two));
    });
  });
});
