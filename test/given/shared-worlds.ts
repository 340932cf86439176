// Any life of a shared mesh, as a generator: grants, organizations that change, and calls of its owner, of consumers and of
// strangers. With it an oracle: who has access, worked out from what was said last and not from the states.
import fc from 'fast-check';
import type { Command } from '#events/command.ts';
import type { Commit, Event, MeshAccessChanged } from '#events/event.ts';
import { evolveMesh } from '#events/evolve.ts';
import { emptyOrganization, evolveOrganization, type Membership, membershipEvents } from '#events/organization.ts';
import { memberPrincipal } from '#events/principal.ts';
import type { Organizations } from '#events/sharing.ts';
import {
  create,
  type Document,
  gateway,
  gatewayRoute,
  mesh,
  node,
  remove,
  route,
  router,
  serviceOfNode,
  serviceOfRouter,
  tag,
  untag,
  update,
} from './documents.ts';
import { ask, nothing, owner, type World } from './given.ts';

const organization = 'o-shared';
const units = ['ou-a', 'ou-a-a', 'ou-b'] as const;

/** Everybody who calls; the first owns the mesh. */
export const accounts = [owner.accountId, '222222222222', '333333333333', '444444444444'] as const;

export type Happening =
  | { readonly kind: 'granted'; readonly principals: readonly (readonly string[])[] }
  | { readonly kind: 'organized'; readonly membership: Membership }
  | { readonly kind: 'asked'; readonly by: string; readonly command: Command };

const unitArn = (unit: string): string => `arn:aws:organizations::999999999999:ou/${organization}/${unit}`;
const organizationArn = `arn:aws:organizations::999999999999:organization/${organization}`;

const account = fc.constantFrom(...accounts);
const consumer = fc.constantFrom(...accounts.slice(1));
const principal = fc.oneof(
  consumer,
  consumer.map((one) => memberPrincipal(organization, one)),
  fc.constantFrom(...units).map(unitArn),
  fc.constant(organizationArn),
  // Of an organization that nobody here is in.
  fc.constant('arn:aws:organizations::999999999999:organization/o-other'),
);

/** `ou-a-a` is below `ou-a`; each account is in a unit, right below the root, or not in it. */
const membership: fc.Arbitrary<Membership> = fc
  .tuple(
    fc.array(fc.constantFrom(...units, 'root', 'root', undefined), { minLength: 4, maxLength: 4 }),
    fc.option(fc.boolean(), { nil: undefined }),
  )
  .map(([places, sharingEnabled]) => {
    const at = (place: string) => accounts.filter((_, index) => places[index] === place);
    return {
      id: organization,
      units: units.map((id) => ({ id, ...(id === 'ou-a-a' && { parent: 'ou-a' }), accounts: at(id) })),
      accounts: at('root'),
      ...(sharingEnabled !== undefined && { sharingEnabled }),
    };
  });

const name = fc.constantFrom('a', 'b');
const document: fc.Arbitrary<Document> = fc.oneof(
  fc.constant(mesh()),
  fc.tuple(name, name).map(([own, backend]) => node(own, backend)),
  name.map((own) => node(own)),
  name.map(router),
  fc.tuple(name, name, name).map(([parent, own, target]) => route(parent, own, target)),
  fc.tuple(name, name).map(([own, provider]) => serviceOfNode(own, provider)),
  fc.tuple(name, name).map(([own, provider]) => serviceOfRouter(own, provider)),
  name.map(gateway),
  fc.tuple(name, name, name).map(([parent, own, service]) => gatewayRoute(parent, own, service)),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: document.map((one) => create(one)) },
  { weight: 2, arbitrary: document.map((one) => update(one)) },
  { weight: 2, arbitrary: document.map(({ ref }) => remove(ref)) },
  { weight: 1, arbitrary: document.map(({ ref }) => tag(ref, { key: 'k', value: 'v' })) },
  { weight: 1, arbitrary: document.map(({ ref }) => untag(ref, 'k')) },
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .array(fc.uniqueArray(principal, { maxLength: 3 }), { maxLength: 2 })
      .map((principals) => ({ kind: 'granted' as const, principals })),
  },
  { weight: 2, arbitrary: membership.map((told) => ({ kind: 'organized' as const, membership: told })) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('asked' as const), by: account, command }) },
);

/** The mesh is made by its owner, and granted to somebody, before anything else. */
export const lives: fc.Arbitrary<readonly Happening[]> = fc
  .tuple(fc.uniqueArray(principal, { maxLength: 3 }), membership, fc.array(happening, { maxLength: 50 }))
  .map(([principals, told, rest]) => [
    { kind: 'asked', by: owner.accountId, command: create(mesh()) },
    { kind: 'organized', membership: { sharingEnabled: true, ...told } },
    { kind: 'granted', principals: [principals] },
    ...rest,
  ]);

/** Before a life: a node `a` of the owner sends to a node `b` of a consumer, by a route and straight, and a gateway too. */
export const sending: readonly Happening[] = [
  { kind: 'asked', by: owner.accountId, command: create(mesh()) },
  { kind: 'granted', principals: [[accounts[1]]] },
  { kind: 'asked', by: accounts[1], command: create(node('b')) },
  ...[
    router('a'),
    route('a', 'a', 'b'),
    serviceOfRouter('a', 'a'),
    serviceOfNode('b', 'b'),
    node('a', 'a', 'b'),
    gateway('a'),
    gatewayRoute('a', 'a', 'a'),
  ].map((one): Happening => ({ kind: 'asked', by: owner.accountId, command: create(one) })),
];

/** A world with what was said last about who may use its mesh. */
export interface SharedWorld extends World {
  readonly said: {
    readonly grants: readonly string[];
    readonly membership: Membership;
    readonly sharing: boolean;
  };
}

export const beginning: SharedWorld = {
  ...nothing,
  said: { grants: [], membership: { id: organization, units: [], accounts: [] }, sharing: false },
};

/** The world after a grant. */
export function granting(world: SharedWorld, principals: readonly (readonly string[])[]): SharedWorld {
  const shares = principals.map((its, at) => ({ share: `share-${at}`, principals: its }));
  const event: MeshAccessChanged = { type: 'MeshAccessChanged', shares };
  const { mesh: before } = world;
  return {
    ...world,
    mesh: evolveMesh(before, commitOf(before.stream, before.sequence + 1, before.time + 1, [event])),
    said: { ...world.said, grants: principals.flat() },
  };
}

/** The world after the organization is told anew. */
export function organizing(world: SharedWorld, told: Membership): SharedWorld {
  const before = world.organizations.get(organization) ?? emptyOrganization(organization);
  const events = membershipEvents(before, told);
  const after = evolveOrganization(before, commitOf(before.stream, before.sequence + 1, before.time + 1, events));
  const organizations: Organizations = new Map([[organization, after]]);
  const sharing = told.sharingEnabled ?? world.said.sharing;
  return { ...world, organizations, said: { ...world.said, membership: told, sharing } };
}

/** The world after a call, with what was decided. */
export function asking(world: SharedWorld, { by, command: asked }: Extract<Happening, { kind: 'asked' }>) {
  const { decision, world: after } = ask(world, {
    command: asked,
    by: { accountId: by, arn: `arn:aws:iam::${by}:user/u` },
  });
  // Whoever deletes a mesh ends its shares.
  const gone = world.mesh.resources.has('mesh') && !after.mesh.resources.has('mesh');
  const said = gone ? { ...world.said, grants: [] } : world.said;
  return { decision, world: { ...after, said } satisfies SharedWorld };
}

const commitOf = (stream: string, version: number, time: number, events: readonly Event[]): Commit => ({
  id: `${stream}-${version}`,
  stream,
  version,
  time,
  schema: 1,
  actor: owner,
  requestId: 'test',
  events,
});

/** Who may use the mesh, by what was said last. */
export function hasAccess({ said: { grants, membership: told, sharing } }: SharedWorld, who: string): boolean {
  if (who === owner.accountId || grants.includes(who)) return true;
  const places = new Map(told.units.map((unit) => [unit.id, unit.accounts]));
  const inside = [...told.accounts, ...[...places.values()].flat()];
  if (!(sharing && inside.includes(owner.accountId) && inside.includes(who))) return false;
  const inUnit: Readonly<Record<string, readonly string[]>> = {
    'ou-a': [...(places.get('ou-a') ?? []), ...(places.get('ou-a-a') ?? [])],
    'ou-a-a': places.get('ou-a-a') ?? [],
    'ou-b': places.get('ou-b') ?? [],
  };
  return (
    grants.includes(organizationArn) ||
    grants.includes(memberPrincipal(organization, who)) ||
    units.some((unit) => grants.includes(unitArn(unit)) && inUnit[unit]?.includes(who))
  );
}
