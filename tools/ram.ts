// Writes functions/sharing/ram.json, RAM's contract in the form of App Mesh's (events/model/contract.ts), from the schemas
// that AWS's SDK for RAM ships as data, so that requests are read and checked as RAM itself describes them.
import { writeFileSync } from 'node:fs';
import * as ram from '@aws-sdk/client-ram';

/** What Heddle serves of RAM: all that concerns shares of meshes. */
const served = [
  'AcceptResourceShareInvitation',
  'AssociateResourceShare',
  'CreateResourceShare',
  'DeleteResourceShare',
  'DisassociateResourceShare',
  'EnableSharingWithAwsOrganization',
  'GetPermission',
  'GetResourcePolicies',
  'GetResourceShareAssociations',
  'GetResourceShareInvitations',
  'GetResourceShares',
  'ListPendingInvitationResources',
  'ListPermissions',
  'ListPrincipals',
  'ListResourceSharePermissions',
  'ListResourceTypes',
  'ListResources',
  'RejectResourceShareInvitation',
  'TagResource',
  'UntagResource',
  'UpdateResourceShare',
] as const;

// The schemas do not say which values a text can have: the SDK has those as constants of their own.
const enums: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  associationStatus: ram.ResourceShareAssociationStatus,
  associationType: ram.ResourceShareAssociationType,
  permissionType: ram.PermissionTypeFilter,
  resourceOwner: ram.ResourceOwner,
  resourceRegionScope: ram.ResourceRegionScopeFilter,
  resourceShareStatus: ram.ResourceShareStatus,
};

// Smithy's schemas as the SDK writes them: numbers for simple types, tuples that begin with a number for all others.
const simple: Readonly<Record<number, string>> = { 0: 'string', 1: 'integer', 2: 'boolean', 4: 'timestamp' };
const listOf = 64;
const [listTuple, structureTuple, operationTuple, errorTuple] = [1, 3, 9, -3];

const shapes: Record<string, object> = {};

/** The name under which a schema stands among the shapes. */
function shapeOf(schema: unknown, member = ''): string {
  if (typeof schema === 'function') return shapeOf(schema(), member);
  if (typeof schema === 'number') {
    if (schema >= listOf)
      return put(`${simple[schema - listOf]}List`, { type: 'list', item: shapeOf(schema - listOf) });
    const type = simple[schema];
    if (type === undefined) throw new Error(`a schema of the unknown type ${schema}`);
    const values = enums[member];
    if (values === undefined || type !== 'string') return put(type, { type });
    return put(member, { type, enum: Object.values(values) });
  }
  if (!Array.isArray(schema)) throw new Error('a schema that is neither a number nor a tuple');
  const [kind, , name, , members, types, required = 0] = schema;
  if (kind === listTuple) return put(name, { type: 'list', item: shapeOf(bare(members).schema) });
  if (kind !== structureTuple) throw new Error(`${name} is of the unknown kind ${kind}`);
  const entries = (members as readonly string[]).map((own, index) => {
    const { schema: type, traits } = bare(types[index]);
    return [own, { shape: shapeOf(type, own), ...('httpQuery' in traits && { in: 'query' }) }] as const;
  });
  return put(name, { type: 'structure', members: Object.fromEntries(entries), required: members.slice(0, required) });
}

/** A schema without the traits that may come with it. */
function bare(entry: unknown): { readonly schema: unknown; readonly traits: object } {
  const wrapped = Array.isArray(entry) && !(typeof entry[0] === 'number' && typeof entry[2] === 'string');
  return wrapped ? { schema: entry[0], traits: entry[1] || {} } : { schema: entry, traits: {} };
}

function put(name: string, shape: object): string {
  shapes[name] = shape;
  return name;
}

const schemas = (Object.values(ram) as unknown[]).filter((value): value is readonly unknown[] => Array.isArray(value));
const operations = served.map((name) => {
  const found = schemas.find((schema) => schema[0] === operationTuple && schema[2] === name);
  if (found === undefined) throw new Error(`the SDK has no operation ${name}`);
  const [, , , { http }, input, output] = found as readonly [
    number,
    string,
    string,
    { http: string[] },
    unknown,
    unknown,
  ];
  const [method, uri] = http;
  return [name, { method, uri, input: shapeOf(input), output: shapeOf(output) }] as const;
});
const errors = schemas
  .filter(([kind]) => kind === errorTuple)
  .map(([, , name, traits]) => [String(name), (traits as { httpError?: number } | 0) || {}] as const)
  .filter(([name]) => name !== 'RAMServiceException')
  .map(([name, { httpError = 500 }]) => [name, httpError] as const);

const contract = { operations: Object.fromEntries(operations), errors: Object.fromEntries(errors), shapes };
writeFileSync(new URL('../functions/sharing/ram.json', import.meta.url), `${JSON.stringify(contract, null, 2)}\n`);
