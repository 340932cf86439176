// The operations of our own under /heddle/v1/, as one table: the routes, the reading of requests, their types and the
// OpenAPI file are made from it.

/** A schema in JSON Schema 2020-12; `#/components/schemas/…` names one of the OpenAPI file. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One member of a request and where it travels. */
export interface OwnMember {
  readonly in: 'path' | 'query' | 'body';
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly required?: true;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly description: string;
}

export interface OwnOperation {
  readonly method: 'GET' | 'POST';
  readonly path: `/heddle/v1/${string}`;
  readonly summary: string;
  /** What the caller's policies must allow, in words. */
  readonly permission: string;
  readonly members: Readonly<Record<string, OwnMember>>;
  readonly answer: JsonSchema;
  /** Headers of the answer, each with what it says. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Errors besides those that every operation may end with. */
  readonly errors: readonly string[];
}

const resource = {
  type: 'string',
  required: true,
  description: 'An ARN, `mesh/M/virtualNode/N`, or `mesh/M@OWNER/virtualNode/N` for a mesh of another account.',
} as const;
const meshOwner = {
  type: 'string',
  pattern: '^[0-9]{12}$',
  description: "The account that owns the mesh, where `resource` does not say so; the caller's own when left out.",
} as const;
const lifetimeSeconds = {
  in: 'body',
  type: 'integer',
  minimum: 1,
  description: 'How long the token lasts: an hour when left out, at most what the installation allows.',
} as const;
const sequenceHeader = "The place of the change in the mesh's stream.";
const pageHeader = 'Where the next page begins, for `nextToken`; absent on the last page.';
const about = ['BadRequestException', 'NotFoundException', 'ForbiddenException', 'AccessDeniedException'] as const;

const describesAsked =
  '`appmesh:Describe<Kind>` on the resource; without one `appmesh:DescribeMesh`, and meshes that the caller may not ' +
  'describe are not shown';

export const ownOperations = {
  IssueToken: {
    method: 'POST',
    path: '/heddle/v1/tokens',
    summary: 'A bearer token that admits an Envoy as a virtual node or virtual gateway.',
    permission: '`appmesh:StreamAggregatedResources` on the resource',
    members: { resource: { ...resource, in: 'body' }, meshOwner: { ...meshOwner, in: 'body' }, lifetimeSeconds },
    answer: { $ref: '#/components/schemas/IssuedToken' },
    errors: about,
  },
  IssueTokenFor: {
    method: 'POST',
    path: '/heddle/v1/tokens/mesh/{mesh}/{kind}/{name}',
    summary: 'The same, with the resource in the path.',
    permission: '`appmesh:StreamAggregatedResources` on the resource',
    members: {
      mesh: { in: 'path', type: 'string', required: true, description: 'The name of the mesh.' },
      kind: {
        in: 'path',
        type: 'string',
        required: true,
        enum: ['virtualNode', 'virtualGateway'],
        description: 'What has Envoys.',
      },
      name: { in: 'path', type: 'string', required: true, description: 'The name of the resource.' },
      meshOwner: { ...meshOwner, in: 'query' },
      lifetimeSeconds,
    },
    answer: { $ref: '#/components/schemas/IssuedToken' },
    errors: about,
  },
  GetConfiguration: {
    method: 'GET',
    path: '/heddle/v1/config',
    summary: 'The Envoy configuration that the proxies of a resource get, connected or not.',
    permission: '`appmesh:DescribeVirtualNode` or `appmesh:DescribeVirtualGateway` on the resource',
    members: {
      resource: { ...resource, in: 'query' },
      meshOwner: { ...meshOwner, in: 'query' },
      static: { in: 'query', type: 'boolean', description: 'As one bootstrap that Envoy validates anywhere.' },
    },
    answer: {
      oneOf: [
        { $ref: '#/components/schemas/Configuration' },
        { type: 'object', required: ['staticResources'], description: "Envoy's bootstrap, with `static`." },
      ],
    },
    errors: about,
  },
  GetStatus: {
    method: 'GET',
    path: '/heddle/v1/status',
    summary:
      'Every connected Envoy that a resource concerns, the version of its mesh that it runs against the newest, what ' +
      "it refused and what was left out of its configuration; without a resource, those of all the account's meshes.",
    permission: describesAsked,
    members: {
      resource: { in: 'query', type: 'string', description: resource.description },
      meshOwner: { ...meshOwner, in: 'query' },
      below: {
        in: 'query',
        type: 'string',
        pattern: '^([0-9]{1,15}|newest)$',
        description: 'Only Envoys that run less than this sequence, or than the `newest`.',
      },
    },
    answer: { type: 'array', items: { $ref: '#/components/schemas/EnvoyStatus' } },
    errors: about,
  },
  GetCertificates: {
    method: 'GET',
    path: '/heddle/v1/certificates',
    summary:
      'The certificates that the nodes and gateways name that a resource concerns, and how it stands with each; without ' +
      "a resource, those of all the account's meshes.",
    permission: describesAsked,
    members: {
      resource: { in: 'query', type: 'string', description: resource.description },
      meshOwner: { ...meshOwner, in: 'query' },
    },
    answer: { type: 'array', items: { $ref: '#/components/schemas/CertificateStatus' } },
    errors: about,
  },
  Plan: {
    method: 'POST',
    path: '/heddle/v1/plan',
    summary:
      'For documents that are not applied yet: the calls that would make the change, which Envoys would be told what, ' +
      'and what would be refused. Nothing is changed.',
    permission:
      '`appmesh:Describe<Kind>` on what the documents are of and on the nodes and gateways whose configuration would ' +
      'differ, and what each of the calls would ask for',
    members: {
      documents: {
        in: 'body',
        type: 'array',
        required: true,
        description: 'Inputs of Create operations of the App Mesh API; the kind follows from the deepest name member.',
      },
      prune: {
        in: 'body',
        type: 'boolean',
        description: 'Delete what the documents do not name, in the meshes that they do name.',
      },
    },
    answer: { $ref: '#/components/schemas/Plan' },
    errors: about,
  },
  GetHistory: {
    method: 'GET',
    path: '/heddle/v1/history',
    summary:
      'Who changed what, when, from which client, the newest first; of a mesh, everything in it; of another ' +
      'resource, all lives of its name. With `at`, what was there at that time instead.',
    permission: '`appmesh:Describe<Kind>` on the resource and on every resource that the answer shows',
    members: {
      resource: { ...resource, in: 'query' },
      meshOwner: { ...meshOwner, in: 'query' },
      at: {
        in: 'query',
        type: 'string',
        description:
          "A place in the mesh's stream, or a time: ISO 8601 (UTC where it names no zone), or seconds since the epoch " +
          '(a number of 1000000000 or more, or one with a fraction).',
      },
      limit: { in: 'query', type: 'integer', minimum: 1, maximum: 100, description: 'Entries a page, 100 at most.' },
      nextToken: { in: 'query', type: 'string', description: 'Goes on where the page that gave it ended.' },
    },
    answer: {
      oneOf: [
        { type: 'array', items: { $ref: '#/components/schemas/HistoryEntry' } },
        { $ref: '#/components/schemas/Past' },
      ],
    },
    headers: { 'x-heddle-next-token': pageHeader },
    errors: about,
  },
  Rollback: {
    method: 'POST',
    path: '/heddle/v1/rollback',
    summary:
      'Gives a resource the spec that it had at a place in the stream, as a new version. One that was deleted since ' +
      'is made anew, with the tags that it had.',
    permission:
      '`appmesh:Update<Kind>` on the resource and on what its old spec refers to; for one that was deleted ' +
      '`appmesh:Create<Kind>`, too, and `appmesh:TagResource` if it had tags',
    members: {
      resource: { ...resource, in: 'body' },
      meshOwner: { ...meshOwner, in: 'body' },
      to: {
        in: 'body',
        type: 'integer',
        required: true,
        minimum: 1,
        description: "The place in the mesh's stream to go back to; `sequence` of an entry of the history.",
      },
    },
    answer: { $ref: '#/components/schemas/Document' },
    headers: { 'x-heddle-sequence': sequenceHeader },
    errors: [...about, 'ConflictException', 'LimitExceededException', 'TooManyRequestsException'],
  },
  GetOpenApi: {
    method: 'GET',
    path: '/heddle/v1/openapi.json',
    summary: 'This description.',
    permission: 'none: a good signature is enough',
    members: {},
    answer: { type: 'object', required: ['openapi', 'info', 'paths'] },
    errors: [],
  },
} as const satisfies Readonly<Record<string, OwnOperation>>;

export type OwnOperationName = keyof typeof ownOperations;
