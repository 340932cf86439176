// The OpenAPI description of all that is ours under /heddle/v1/, made from the table of its operations: what
// `GET /heddle/v1/openapi.json` answers, and docs/reference/openapi.json.
import about from '../../package.json' with { type: 'json' };
import { errorStatuses, openApiSchemas } from './openapi-schemas.ts';
import { type JsonSchema, type OwnMember, type OwnOperation, ownOperations } from './operations.ts';

/** Any call may end with these. */
const everywhere = [
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'InternalServerErrorException',
  'ServiceUnavailableException',
];

/** An OpenAPI 3.1 document. */
export function openApi(): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [name, operation] of Object.entries(ownOperations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: described(name, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Heddle',
      version: about.version,
      description:
        "What is Heddle's own beside the App Mesh API. Every call is signed with Signature Version 4 (service appmesh).",
      license: { name: about.license, identifier: about.license },
    },
    servers: [
      {
        url: 'http://{address}',
        description: 'An embedded server.',
        variables: { address: { default: '127.0.0.1:8080', description: 'Its HEDDLE_API_ADDR.' } },
      },
    ],
    security: [{ sigv4: [] }],
    paths,
    components: {
      schemas: openApiSchemas(),
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'Signature Version 4 of AWS.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
    },
  };
}

function described(name: string, operation: OwnOperation): JsonSchema {
  const { summary, permission, answer, headers = {} } = operation;
  const body = requestBody(operation);
  return {
    operationId: name,
    summary,
    description: `Permission: ${permission}.`,
    parameters: membersIn(operation, 'path', 'query').map(([member, { in: place, ...rest }]) => ({
      name: member,
      in: place,
      required: rest.required === true,
      description: rest.description,
      schema: schemaOf(rest),
    })),
    ...(body && { requestBody: body }),
    responses: {
      200: { description: 'Done.', headers: headersOf(headers), content: json(answer) },
      ...errorAnswers(operation.errors),
    },
  };
}

const json = (schema: JsonSchema): JsonSchema => ({ 'application/json': { schema } });

const membersIn = ({ members }: OwnOperation, ...places: readonly OwnMember['in'][]) =>
  Object.entries(members).filter(([, member]) => places.includes(member.in));

const schemaOf = ({ type, minimum, maximum, enum: values, pattern, required }: Omit<OwnMember, 'in'>): JsonSchema => ({
  type,
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
  ...(values && { enum: values }),
  ...(pattern !== undefined && { pattern }),
  ...(type === 'string' && required === true && { minLength: 1 }),
});

function requestBody(operation: OwnOperation): JsonSchema | undefined {
  const members = membersIn(operation, 'body');
  if (members.length === 0) return undefined;
  const required = members.filter(([, member]) => member.required === true).map(([name]) => name);
  const properties = members.map(([name, member]) => [name, { ...schemaOf(member), description: member.description }]);
  const schema = { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false };
  return { required: required.length > 0, content: json(schema) };
}

const headersOf = (headers: Readonly<Record<string, string>>): JsonSchema =>
  Object.fromEntries(
    ['x-amzn-requestid', ...Object.keys(headers)].map((name) => [
      name,
      { description: headers[name] ?? 'The id of the request, also in the log.', schema: { type: 'string' } },
    ]),
  );

/** One answer a status, which names the errors that have it. */
function errorAnswers(errors: readonly string[]): JsonSchema {
  const byStatus = Map.groupBy([...errors, ...everywhere], (name) => errorStatuses[name] ?? 500);
  const described = [...byStatus].map(([status, names]) => [
    status,
    {
      description: names.map((name) => `\`${name}\``).join(', '),
      headers: headersOf({ 'x-amzn-errortype': 'The name of the error.' }),
      content: json({ $ref: '#/components/schemas/Error' }),
    },
  ]);
  return Object.fromEntries(described);
}
