// The policies for App Mesh and RAM that AWS manages, which a credentials file may name instead of writing a document.
// They are facts, copied as AWS publishes them (App Mesh: FullAccess v6, ReadOnly v5, EnvoyAccess v1, PreviewEnvoyAccess
// v1; RAM: all v1).

const VERSION = '2012-10-17';
const GETTING_STARTED_STACKS = 'arn:aws:cloudformation:*:*:stack/AWSAppMesh-GettingStarted-*';
const READ_CERTIFICATES = {
  Effect: 'Allow',
  Action: [
    'acm:ListCertificates',
    'acm:DescribeCertificate',
    'acm-pca:DescribeCertificateAuthority',
    'acm-pca:ListCertificateAuthorities',
  ],
  Resource: '*',
};
const READ_CLOUD_MAP = {
  Effect: 'Allow',
  Action: ['servicediscovery:ListNamespaces', 'servicediscovery:ListServices', 'servicediscovery:ListInstances'],
  Resource: '*',
};

const documents: ReadonlyMap<string, unknown> = new Map([
  [
    'AWSAppMeshFullAccess',
    {
      Version: VERSION,
      Statement: [
        { Effect: 'Allow', Action: ['appmesh:*'], Resource: '*' },
        {
          Effect: 'Allow',
          Action: ['iam:CreateServiceLinkedRole'],
          Resource: 'arn:aws:iam::*:role/aws-service-role/appmesh.amazonaws.com/AWSServiceRoleForAppMesh',
          Condition: { StringLike: { 'iam:AWSServiceName': ['appmesh.amazonaws.com'] } },
        },
        {
          Effect: 'Allow',
          Action: [
            'cloudformation:CreateStack',
            'cloudformation:DeleteStack',
            'cloudformation:DescribeStack*',
            'cloudformation:UpdateStack',
          ],
          Resource: GETTING_STARTED_STACKS,
        },
        READ_CERTIFICATES,
        READ_CLOUD_MAP,
      ],
    },
  ],
  [
    'AWSAppMeshReadOnly',
    {
      Version: VERSION,
      Statement: [
        { Effect: 'Allow', Action: ['appmesh:Describe*', 'appmesh:List*'], Resource: '*' },
        { Effect: 'Allow', Action: ['cloudformation:DescribeStack*'], Resource: GETTING_STARTED_STACKS },
        READ_CERTIFICATES,
        READ_CLOUD_MAP,
      ],
    },
  ],
  [
    'AWSAppMeshEnvoyAccess',
    {
      Version: VERSION,
      Statement: [{ Effect: 'Allow', Action: ['appmesh:StreamAggregatedResources'], Resource: '*' }],
    },
  ],
  [
    'AWSAppMeshPreviewEnvoyAccess',
    {
      Version: VERSION,
      Statement: [{ Effect: 'Allow', Action: ['appmesh-preview:StreamAggregatedResources'], Resource: '*' }],
    },
  ],
  [
    'AWSResourceAccessManagerFullAccess',
    { Version: VERSION, Statement: [{ Effect: 'Allow', Action: ['ram:*'], Resource: '*' }] },
  ],
  [
    'AWSResourceAccessManagerReadOnlyAccess',
    { Version: VERSION, Statement: [{ Effect: 'Allow', Action: ['ram:Get*', 'ram:List*'], Resource: '*' }] },
  ],
  [
    'AWSResourceAccessManagerResourceShareParticipantAccess',
    {
      Version: VERSION,
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'ram:AcceptResourceShareInvitation',
            'ram:GetResourcePolicies',
            'ram:GetResourceShareInvitations',
            'ram:GetResourceShares',
            'ram:ListPendingInvitationResources',
            'ram:ListPrincipals',
            'ram:ListResources',
            'ram:RejectResourceShareInvitation',
          ],
          Resource: '*',
        },
      ],
    },
  ],
]);

/** The names of the managed policies known here. */
export const managedPolicyNames: readonly string[] = [...documents.keys()];

const ARN = /^arn:aws[a-z-]*:iam::aws:policy\/(.+)$/;

/** A managed policy by its name or ARN: its document and name; undefined when it is not known here. */
export const managedPolicy = (written: string): { readonly name: string; readonly document: unknown } | undefined => {
  const name = ARN.exec(written)?.[1] ?? written;
  const document = documents.get(name);
  return document === undefined ? undefined : { name, document };
};
