// Who calls in the suite of the API, as a credentials file has it: one owner of everything, accounts of their own for
// what must be counted exactly, and callers who may do only some of it.

export interface Principal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly arn: string;
  readonly policies: readonly unknown[];
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const all: Statement = { Effect: 'Allow', Action: 'appmesh:*', Resource: '*' };

function principal(name: string, accountId: string, ...statements: readonly (Statement | string)[]): Principal {
  const documents = statements.filter((statement) => typeof statement !== 'string');
  return {
    accessKeyId: `KEY-${name}`,
    secretAccessKey: `${name}-has-a-secret-of-its-own`,
    accountId,
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    policies: [
      ...statements.filter((statement) => typeof statement === 'string'),
      ...(documents.length === 0 ? [] : [{ Version: '2012-10-17', Statement: documents }]),
    ],
  };
}

export const account = '111111111111';
const meshes = `arn:aws:appmesh:*:${account}:mesh`;

export const principals = {
  owner: principal('owner', account, all),
  /** Owns meshes that nobody else lists. */
  lister: principal('lister', '333333333333', all),
  stranger: principal('stranger', '222222222222', all),
  nobody: principal('nobody', account),
  reader: principal('reader', account, 'AWSAppMeshReadOnly'),
  /** Everything, but nothing may be deleted. */
  keeper: principal('keeper', account, all, { Effect: 'Deny', Action: 'appmesh:Delete*', Resource: '*' }),
  /** Nodes whose name begins so, in any mesh, and nothing else. */
  painter: principal('painter', account, {
    Effect: 'Allow',
    Action: 'appmesh:*VirtualNode',
    Resource: `${meshes}/*/virtualNode/paint-*`,
  }),
  /** Routes of any router, but traffic only to one node. */
  director: principal('director', account, {
    Effect: 'Allow',
    Action: ['appmesh:CreateRoute', 'appmesh:UpdateRoute'],
    Resource: [`${meshes}/*/virtualRouter/*/route/*`, `${meshes}/*/virtualNode/red`],
  }),
} as const;
