// The schemas of what our own operations answer with. Documents of App Mesh are described from the contract itself, so
// that a new member of a spec is described at once.
import { awsContract, type Shape, shapes } from '#events/model/contract.ts';
import { operations } from '#events/model/operations.ts';
import { kinds } from '#events/names.ts';
import type { JsonSchema } from './operations.ts';

const named = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const text: JsonSchema = { type: 'string' };
const seconds: JsonSchema = { type: 'number', description: 'Seconds since the epoch.' };
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

/** The shapes that Describe answers with, one a kind. */
const documents = kinds.map((kind) => {
  const found = operations.find((operation) => operation.verb === 'Describe' && operation.kind === kind);
  const output = found && shapes[found.output];
  const member = output?.type === 'structure' && found?.payload ? output.members[found.payload] : undefined;
  if (member === undefined) throw new Error(`no document of a ${kind} in the contract`);
  return member.shape;
});

const own: Readonly<Record<string, JsonSchema>> = {
  IssuedToken: object({
    token: text,
    resource: { ...text, description: 'The ARN that it admits.' },
    expiresAt: seconds,
  }),
  Configuration: object({
    resource: text,
    sequence: { type: 'integer' },
    ...Object.fromEntries(
      ['listeners', 'clusters', 'routes', 'endpoints', 'secrets'].map((type) => [type, list({ type: 'object' })]),
    ),
    report: list(object({ resource: text, member: text, reason: text })),
  }),
  EnvoyStatus: object(
    {
      resource: { ...text, description: 'The ARN of the node or gateway that the Envoy runs as.' },
      node: text,
      address: text,
      since: seconds,
      mode: { enum: ['delta', 'sotw'] },
      sequence: { type: 'integer', description: "The place in the mesh's stream that it runs; absent at first." },
      newest: { type: 'integer', description: "The stream's newest." },
      types: {
        type: 'object',
        propertyNames: { enum: ['cds', 'eds', 'sds', 'lds', 'rds'] },
        additionalProperties: object({ sent: text, acked: text, nack: named('Nack') }, ['sent', 'acked', 'nack']),
      },
      report: list(object({ resource: text, member: text, reason: text })),
      unlisted: { type: 'integer', description: 'How many more Envoys of the resource there are, none slower.' },
      refused: named('TurnedAway'),
    },
    ['sequence', 'unlisted', 'refused'],
  ),
  TurnedAway: {
    ...object({ code: { type: 'integer' }, message: text, caller: text, at: seconds }, []),
    description: 'It is not connected: it was turned away lately, with this gRPC status.',
  },
  CertificateStatus: object(
    {
      certificate: { ...text, description: 'Its ARN.' },
      state: { enum: ['good', 'near expiry', 'expired', 'failing', 'unknown'] },
      reason: { ...text, description: 'Why it fails, or what is said of it since it expired.' },
      serial: text,
      notBefore: seconds,
      notAfter: seconds,
      usedBy: list({ ...text, description: 'The ARN of a node or gateway that names it.' }),
    },
    ['reason', 'serial', 'notBefore', 'notAfter'],
  ),
  Nack: {
    ...object({ message: text, names: list(text), at: seconds }, ['names']),
    description: "A refusal that stands, in Envoy's words.",
  },
  Plan: object(
    {
      steps: list(
        object(
          {
            resource: text,
            mesh: text,
            action: { enum: ['create', 'update', 'tag', 'delete', 'unchanged'] },
            operation: { ...text, description: 'The operation of the App Mesh API that makes the step.' },
            input: { type: 'object' },
          },
          ['operation', 'input'],
        ),
      ),
      changes: list(
        object(
          {
            resource: text,
            type: { enum: ['listener', 'route', 'cluster', 'endpoint', 'secret'] },
            name: text,
            before: { type: 'object' },
            after: { type: 'object' },
          },
          ['before', 'after'],
        ),
      ),
      more: { type: 'integer', description: 'How many more changes there are than are written out.' },
      concerns: list({ ...text, description: 'A node or gateway whose configuration would differ.' }),
      report: list(object({ proxy: text, resource: text, member: text, reason: text })),
      refusals: list(
        object({ resource: text, position: { type: 'integer' }, error: text, message: text }, ['resource', 'position']),
      ),
    },
    ['more'],
  ),
  HistoryEntry: object({
    sequence: { type: 'integer', minimum: 1, description: "The place in the mesh's stream." },
    time: seconds,
    actor: { ...text, description: 'The ARN of who did it.' },
    client: { type: ['string', 'null'], description: "The client's user agent; null where it gave none." },
    requestId: text,
    kind: { enum: kinds },
    resource: { ...text, description: 'The ARN of what changed.' },
    change: { enum: ['created', 'updated', 'deleted', 'tagged', 'shared', 'rotated', 'failing'] },
    version: { type: 'integer', minimum: 1, description: "The resource's version after the change." },
    restored: {
      type: ['integer', 'null'],
      minimum: 1,
      description: 'The sequence whose spec a rollback brought back; null where it was none.',
    },
    diff: list(named('Difference')),
  }),
  Difference: {
    ...object({ path: text, before: {}, after: {} }, ['before', 'after']),
    description:
      'A member that differs, `spec.action.weightedTargets[virtualNode=blue].weight`: without `before` it was added, ' +
      'without `after` removed.',
  },
  Past: {
    ...object({
      resource: text,
      sequence: { type: 'integer', minimum: 1 },
      time: seconds,
      documents: list(named('Document')),
    }),
    description: 'What was there right after `sequence`, the commit of which was made at `time`.',
  },
  Document: { anyOf: documents.map(named), description: 'A resource as its Describe operation shows it.' },
  Error: object({ message: text }),
};

/** A shape of the contract as JSON Schema; the shapes that it names are referred to. */
function schemaOf(shape: Shape): JsonSchema {
  switch (shape.type) {
    case 'string': {
      const { min: minLength, max: maxLength, pattern, enum: values } = shape;
      return withoutUndefined({ type: 'string', minLength, maxLength, pattern, enum: values });
    }
    case 'integer':
    case 'long':
      return withoutUndefined({ type: 'integer', minimum: shape.min, maximum: shape.max });
    case 'timestamp':
      return seconds;
    case 'boolean':
      return { type: 'boolean' };
    case 'list':
      return withoutUndefined({ ...list(named(shape.item)), minItems: shape.min, maxItems: shape.max });
    case 'structure': {
      const properties = Object.entries(shape.members).map(([member, { shape: its }]) => [member, named(its)] as const);
      const one = shape.union === true ? { minProperties: 1, maxProperties: 1 } : {};
      return withoutUndefined({
        type: 'object',
        properties: Object.fromEntries(properties),
        required: shape.required,
        ...one,
      });
    }
  }
}

const withoutUndefined = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));

/** The shapes that some shapes are made of, these included. */
function reached(names: Iterable<string>): ReadonlySet<string> {
  const seen = new Set(names);
  for (const name of seen) {
    const shape = shapes[name];
    if (shape?.type === 'list') seen.add(shape.item);
    if (shape?.type === 'structure') for (const member of Object.values(shape.members)) seen.add(member.shape);
  }
  return seen;
}

/** All schemas by name. */
export function openApiSchemas(): Readonly<Record<string, JsonSchema>> {
  const described = [...reached(documents)].sort().flatMap((name) => {
    const shape = shapes[name];
    return shape === undefined ? [] : [[name, schemaOf(shape)] as const];
  });
  return { ...own, ...Object.fromEntries(described) };
}

/** The status of each error by its name: App Mesh's, and those of signatures and policies. */
export const errorStatuses: Readonly<Record<string, number>> = {
  ...awsContract.errors,
  AccessDeniedException: 403,
  MissingAuthenticationTokenException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
};
