// The script that every client runs: all operations, every member of every input, in an order in which each call makes
// sense. It is made from the contract, so a new operation or member joins by itself.
import { nameMember, type Operation, operations } from '#events/model/operations.ts';
import { arnOf, type Kind, keyOf, kinds, parentKind, refOf } from '#events/names.ts';
import { referencesOf } from '#events/references.ts';
import type { Spec } from '#events/spec.ts';
import { fullest } from './example.ts';
import { meaningful } from './meaningful.ts';
import { type MemberSite, nameOf, shapeOf, sitesOf } from './member-site.ts';

type Members = Readonly<Record<string, unknown>>;

/** One call; of a list, all pages are asked for. */
export interface ScriptStep {
  readonly operation: string;
  readonly input: Members;
  readonly pages?: boolean;
}

/** Members that a request has, each by its name in the contract: `PortMapping.port`. */
export function membersIn(shapeName: string, value: unknown): readonly string[] {
  const shape = shapeOf(shapeName);
  if (shape.type === 'list') return (value as readonly unknown[]).flatMap((item) => membersIn(shape.item, item));
  if (shape.type !== 'structure') return [];
  return Object.entries(value as Members).flatMap(([member, item]) => [
    `${shapeName}.${member}`,
    ...membersIn(shape.members[member]?.shape ?? '', item),
  ]);
}

/** Every member of every input that there is. */
export const allMembers: readonly string[] = [
  ...new Set(operations.flatMap((operation) => sitesOf(operation).filter(isMember).map(nameOf))),
];
function isMember({ holder }: MemberSite): boolean {
  return holder !== undefined;
}

export const operationOf = (name: string): Operation => {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`the contract has no operation ${name}`);
  return found;
};

const verbOf = (verb: string, kind: Kind): Operation => {
  const found = operations.find((operation) => operation.verb === verb && operation.kind === kind);
  if (found === undefined) throw new Error(`no ${verb} of ${kind}`);
  return found;
};

/** The fullest documents of a kind, as many as it takes to have every member of it once. */
function documentsOf(kind: Kind): readonly Members[] {
  const operation = verbOf('Create', kind);
  const wanted = new Set(sitesOf(operation).filter(isMember).map(nameOf));
  const documents: Members[] = [];
  for (let turn = 0; turn < 200 && wanted.size > 0; turn += 1) {
    const document = meaningful(operation, fullest(operation.input, turn) as Members);
    const fresh = membersIn(operation.input, document).filter((member) => wanted.delete(member));
    if (fresh.length > 0) documents.push(document);
  }
  if (wanted.size > 0) throw new Error(`no document of ${kind} has ${[...wanted].join(', ')}`);
  return documents;
}

/** The script for a mesh of this name in an account of its own; `client` makes its tokens differ from other clients'. */
export function clientScript(client: string, region: string, account: string): readonly ScriptStep[] {
  const meshName = `mesh-of-${client}`;
  let tokens = 0;
  const parents = { virtualRouterName: 'parent', virtualGatewayName: 'parent' } as const;
  const above = (kind: Kind): Members => {
    if (kind !== 'route' && kind !== 'gatewayRoute') return {};
    const member = nameMember(parentKind[kind]) as keyof typeof parents;
    return { [member]: parents[member] };
  };
  /** Every member of the operation's input, with what names the resource as it must be. */
  const step = (operation: Operation, own: Members, document: Members = {}): ScriptStep => {
    const { nextToken: _token, ...all } = fullest(operation.input, 0) as Members;
    tokens += 1;
    const token = 'clientToken' in all ? { clientToken: `${client}-${tokens}` } : {};
    const kept = Object.fromEntries(Object.entries(document).filter(([member]) => member in all));
    const mesh = 'meshName' in all ? { meshName } : {};
    return { operation: operation.name, input: { ...all, ...kept, ...mesh, ...own, ...token } };
  };
  const bare = (kind: Kind, name: string, spec: Members): ScriptStep => ({
    operation: verbOf('Create', kind).name,
    input: { ...(kind !== 'mesh' && { meshName }), [nameMember(kind)]: name, ...(kind !== 'mesh' && { spec }) },
  });

  const made = kinds.flatMap((kind) =>
    documentsOf(kind).map((document, index) => ({
      kind,
      document,
      names: { ...above(kind), [nameMember(kind)]: kind === 'mesh' ? meshName : `n${index}` },
    })),
  );
  const named = made.flatMap(({ kind, document }) => referencesOf(kind, (document.spec ?? {}) as Spec));
  const referenced = [...new Set(named.filter(({ required }) => required).map(({ to }) => to))].map(
    (key) => refOf(key) ?? { kind: 'virtualNode' as const, name: key },
  );
  const spares = [
    bare('mesh', `${meshName}-2`, {}),
    bare('virtualRouter', 'parent', {}),
    bare('virtualGateway', 'parent', { listeners: [] }),
    ...referenced.map(({ kind, name }) => bare(kind, name, {})),
    // A list of one has no second page.
    ...kinds
      .filter((kind) => kind === 'virtualService' || kind === 'virtualNode')
      .map((kind) => bare(kind, `spare-${kind}`, {})),
  ];
  const [first, ...others] = made.map(({ kind, document, names }) => step(verbOf('Create', kind), names, document));
  const tagged = made.map(({ kind, names }) => {
    const own = names[nameMember(kind)] as string;
    const ref = kind === 'mesh' ? { kind, name: meshName } : { kind, name: own, parent: 'parent' };
    return arnOf({ region, account, meshName, key: keyOf(ref) });
  });
  return [
    ...(first === undefined ? [] : [first]),
    ...spares,
    ...others,
    ...made.map(({ kind, names }) => step(verbOf('Describe', kind), names)),
    ...made.map(({ kind, document, names }) => step(verbOf('Update', kind), names, document)),
    ...kinds.map((kind) => ({ ...step(verbOf('List', kind), { ...above(kind), limit: 1 }), pages: true })),
    ...tagged.flatMap((resourceArn): readonly ScriptStep[] => [
      step(operationOf('TagResource'), { resourceArn, tags: [{ key: 'second', value: 'of two' }] }),
      { ...step(operationOf('ListTagsForResource'), { resourceArn, limit: 1 }), pages: true },
      step(operationOf('UntagResource'), { resourceArn, tagKeys: ['second'] }),
    ]),
    ...made
      .filter(({ kind }) => kind !== 'mesh')
      .toReversed()
      .map(({ kind, names }) => step(verbOf('Delete', kind), names)),
    ...spares.toReversed().map(({ operation, input: { spec: _spec, ...names } }) => ({
      operation: operation.replace('Create', 'Delete'),
      input: names,
    })),
    { operation: 'DeleteMesh', input: { meshName } },
  ];
}

/** What of the contract a script's calls have not used; pages use `nextToken` once there is a second. */
export function unusedBy(steps: readonly ScriptStep[]): readonly string[] {
  const used = steps.flatMap(({ operation, input, pages }) => {
    const { name, input: shape } = operationOf(operation);
    return [name, ...membersIn(shape, input), ...(pages === true ? [`${shape}.nextToken`] : [])];
  });
  const all = [...operations.map(({ name }) => name), ...allMembers];
  const known = new Set(used);
  return all.filter((one) => !known.has(one));
}
