// The Lambdas, one a job, each with a role of its own that may do what the job takes.
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as Lambda, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { allow, type Use } from './access.ts';
import { bundleOf } from './bundles.ts';
import { readCallers } from './callers.ts';
import { watchCertificates } from './certificates.ts';
import { quotaEnvironment } from './quotas.ts';
import { becomeReader, readerEnvironment, readRegistries } from './registries.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';
import { acknowledgeWildcard } from './wildcards.ts';

/** The functions behind the API. */
export const apiFunctions = ['api', 'tokens', 'own', 'sharing'] as const;
export type ApiFunction = (typeof apiFunctions)[number];
type Scheduled = 'projector' | 'organization' | 'rotation';
export type FunctionName = ApiFunction | Scheduled;

/** `organization` where the account may read its organization, `rotation` where there are certificates. */
export type Functions = Readonly<Record<ApiFunction | 'projector', Lambda>> & {
  readonly organization?: Lambda;
  readonly rotation?: Lambda;
};

/** MiB. The rotation mostly waits for its turn to ask, and is paid for that, too. */
const memory: Readonly<Partial<Record<FunctionName, number>>> = { projector: 1769, rotation: 512 };

/** Behind API Gateway, which gives up after 29 s, a call ends before. */
const timeout = Duration.seconds(28);

const isBehindApi = (job: FunctionName): job is ApiFunction => (apiFunctions as readonly string[]).includes(job);

const uses: Readonly<Record<FunctionName, readonly Use[]>> = {
  api: ['log:write', 'views:read', 'snapshots:read'],
  // Announces the public half of its key in the log.
  tokens: ['log:write', 'views:read', 'snapshots:read'],
  own: ['log:write', 'views:read', 'snapshots:read'],
  // Notes in the views what is under way.
  sharing: ['log:write', 'views:write', 'snapshots:read'],
  organization: ['log:write'],
  // Reads the index of certificates in use, and notes how far it came.
  rotation: ['log:write', 'views:write', 'snapshots:read'],
  projector: ['log:read', 'log:tail', 'views:write', 'snapshots:write'],
};

export function functions(scope: Construct, settings: Settings, storage: Storage, tokenKey: Key): Functions {
  const { name, quotas, logLevel, disposable } = settings;

  function lambda(job: FunctionName, environment: Readonly<Record<string, string>> = {}): Lambda {
    const logGroup = new LogGroup(scope, `${job}-log`, {
      logGroupName: `/${name}/${job}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const role = new Role(scope, `${job}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    allow(role, storage, uses[job]);
    if (job === 'own') readRegistries(role, settings.reader);
    if (job === 'organization') readOrganization(role);
    if (job === 'rotation') {
      watchCertificates(role);
      becomeReader(role, settings.reader);
    }
    if (isBehindApi(job)) readCallers(role);
    return new Lambda(scope, job, {
      functionName: `${name}-${job}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memory[job] ?? 1024,
      timeout: isBehindApi(job) ? timeout : Duration.minutes(5),
      handler: 'index.handler',
      code: Code.fromAsset(bundleOf(settings, `functions/${job}`)),
      role,
      logGroup,
      // The lines are JSON already, some of them metrics.
      loggingFormat: LoggingFormat.TEXT,
      environment: {
        HEDDLE_STORE: `dynamodb:${name}`,
        HEDDLE_SNAPSHOT_BUCKET: storage.snapshots.bucketName,
        HEDDLE_ACCOUNT: Aws.ACCOUNT_ID,
        HEDDLE_LOG_LEVEL: logLevel,
        ...quotaEnvironment(quotas),
        ...environment,
      },
    });
  }

  const tokens = lambda('tokens', { HEDDLE_TOKEN_KEY: tokenKey.keyId });
  tokens.addToRolePolicy(
    new PolicyStatement({ actions: ['kms:GetPublicKey', 'kms:Sign'], resources: [tokenKey.keyArn] }),
  );
  return {
    api: lambda('api'),
    tokens,
    own: lambda('own', {
      ...readerEnvironment(settings.reader),
      ...(settings.certificates && { HEDDLE_CERTIFICATES: 'aws' }),
    }),
    sharing: lambda('sharing'),
    projector: lambda('projector'),
    ...(settings.organization && { organization: lambda('organization') }),
    ...(settings.certificates && { rotation: lambda('rotation', readerEnvironment(settings.reader)) }),
  };
}

/** Units and accounts: Organizations knows no narrower resource for lists. */
function readOrganization(role: Role): void {
  const reads = ['DescribeOrganization', 'ListAccountsForParent', 'ListOrganizationalUnitsForParent', 'ListRoots'];
  role.addToPolicy(
    new PolicyStatement({ actions: reads.map((action) => `organizations:${action}`), resources: ['*'] }),
  );
  acknowledgeWildcard(role, '*', 'The whole organization is read: half of it would end the other half’s access.');
}
