// What the CDK app makes of the settings: synthesized once as it is deployed, and looked at from many sides.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { bundleFunctions } from '#tools/bundle-functions.ts';
import { deployment } from './app.ts';

const certificate = 'arn:aws:acm:us-east-1:111111111111:certificate/11111111-1111-1111-1111-111111111111';
const everything = { streamerCertificate: certificate, endpointPrincipals: 'arn:aws:iam::222222222222:root' };
const built = scratchFolder();
const docs = resolve(import.meta.dirname, '../docs');

function stacksOf(context: Readonly<Record<string, string>>): ReadonlyMap<string, Template> {
  const app = new App({ context: { ...context, built: built.path }, analyticsReporting: false });
  deployment(app);
  // Throws when a check of cdk-nag or of CloudFormation finds anything that is not acknowledged.
  app.synth();
  return new Map(app.node.children.filter(Stack.isStack).map((child) => [child.node.id, Template.fromStack(child)]));
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is what it is
  readonly Properties: any;
}

describe('a deployment', { timeout: 120_000 }, () => {
  let stacks: ReadonlyMap<string, Template>;
  let control: Template;
  const resources = (template: Template, type: string): readonly Resource[] =>
    Object.values(template.findResources(type)) as never;

  beforeAll(async () => {
    await bundleFunctions(built.path);
    stacks = stacksOf(everything);
    control = stack('heddle-control');
  }, 120_000);
  afterAll(() => built.remove());

  function stack(name: string): Template {
    const template = stacks.get(name);
    if (template === undefined) throw new Error(`no stack ${name}`);
    return template;
  }

  /** What a role may do: actions on each resource, as text. */
  function permissions(template: Template, role: string): readonly (readonly [string, string])[] {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith(role));
    return policies.flatMap(([, policy]) =>
      (policy.Properties.PolicyDocument.Statement as Statement[]).flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((on) => [action, JSON.stringify(on)] as const)),
      ),
    );
  }

  it('keeps the log: recoverable to a point in time, protected, kept when the stack goes', () => {
    const tables = control.findResources('AWS::DynamoDB::Table', { Properties: { TableName: 'heddle' } });
    expect(Object.values(tables)).toMatchObject([
      {
        DeletionPolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
        },
      },
    ]);
    expect(JSON.stringify(tables)).not.toContain('TimeToLive');
    control.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'heddle-views',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  it.each(['apirole', 'tokensrole', 'ownrole', 'sharingrole'])(
    'lets %s put and query the log, and nothing more',
    (role) => {
      const onLog = permissions(control, role).filter(([, on]) => /"Log[0-9A-F]{8}/.test(on));
      expect(new Set(onLog.map(([action]) => action))).toEqual(new Set(['dynamodb:PutItem', 'dynamodb:Query']));
    },
  );

  it('lets the projector and the streamers read the log alone', () => {
    const projector = permissions(control, 'projectorrole').filter(
      ([action, on]) => action.startsWith('dynamodb:') && /"Log[0-9A-F]{8}/.test(on),
    );
    const streamer = permissions(stack('heddle-streamer'), 'TaskRole').filter(
      ([action, on]) => action.startsWith('dynamodb:') && on.includes('GetAttLog'),
    );
    const ofItsStream = ['DescribeStream', 'GetRecords', 'GetShardIterator'].map((one) => `dynamodb:${one}`);
    expect(new Set(projector.map(([action]) => action))).toEqual(new Set(['dynamodb:Query', ...ofItsStream]));
    expect(new Set(streamer.map(([action]) => action))).toEqual(new Set(['dynamodb:Query']));
  });

  it('lets the streamers alone have keys of certificates, and the rotation look', () => {
    const onCertificates = (role: string, of: Template) =>
      permissions(of, role).flatMap(([action]) => (/^(acm|acm-pca|kms):/.test(action) ? [action] : []));
    expect(onCertificates('rotationrole', control)).toEqual(['acm:DescribeCertificate']);
    expect(onCertificates('TaskRole', stack('heddle-streamer'))).toEqual([
      'acm:DescribeCertificate',
      'acm:ExportCertificate',
      'acm-pca:GetCertificate',
      'acm-pca:GetCertificateAuthorityCertificate',
      'acm-pca:IssueCertificate',
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]);
    for (const role of ['apirole', 'ownrole', 'sharingrole', 'projectorrole']) {
      expect(onCertificates(role, control)).toEqual([]);
    }
    stack('heddle-streamer').hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({ Environment: Match.arrayWith([{ Name: 'HEDDLE_CERTIFICATES', Value: 'aws' }]) }),
      ],
    });
  });

  it('wakes the rotation each minute and by ACM’s own events, of the source that is said', () => {
    const news = (of: Template) =>
      resources(of, 'AWS::Events::Rule').flatMap(({ Properties }) => Properties.EventPattern ?? []);
    expect(news(control)).toEqual([
      {
        source: ['aws.acm'],
        'detail-type': [
          'Available',
          'Rotated',
          'Revoked',
          'Approaching Expiration',
          'Expired',
          'Renewal Action Required',
        ].map((what) => `ACM Certificate ${what}`),
      },
    ]);
    control.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ Input: '{"sweep":true}' })],
    });
    const own = stacksOf({ certificateEvents: 'lab.acm' }).get('heddle-control');
    expect(own && news(own)).toEqual([expect.objectContaining({ source: ['lab.acm'] })]);
  });

  it('has certificates of nodes signed as it is told', () => {
    const told = { nodeCertificateValidity: '12h', nodeCertificateTemplate: 'EndEntityServerAuthCertificate/V1' };
    const made = stacksOf({ streamerCertificate: certificate, ...told }).get('heddle-streamer');
    for (const [Name, Value] of [
      ['HEDDLE_NODE_CERTIFICATE_VALIDITY', '12h'],
      ['HEDDLE_NODE_CERTIFICATE_TEMPLATE', 'EndEntityServerAuthCertificate/V1'],
    ]) {
      made?.hasResourceProperties('AWS::ECS::TaskDefinition', {
        ContainerDefinitions: [Match.objectLike({ Environment: Match.arrayWith([{ Name, Value }]) })],
      });
    }
    expect(made).toBeDefined();
  });

  it('lets the key be used by the one function that signs', () => {
    const signers = ['api', 'own', 'sharing', 'tokens', 'projector', 'rotation'].filter((job) =>
      permissions(control, `${job}role`).some(([action]) => action === 'kms:Sign'),
    );
    expect(signers).toEqual(['tokens']);
    control.hasResourceProperties('AWS::KMS::Key', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  });

  it('lets the streamers and what previews them look up instances, here and as the reader of another account', () => {
    const lookingUp = (role: string, of: Template) =>
      permissions(of, role)
        .filter(([action]) => /^(servicediscovery|sts):/.test(action))
        .map(([action, on]) => `${action} ${/:role\/[^"]*/.exec(on)?.[0] ?? on}`);
    const all = [
      'servicediscovery:DiscoverInstances "*"',
      'servicediscovery:DiscoverInstancesRevision "*"',
      'sts:AssumeRole :role/heddle-reader',
    ];
    expect(lookingUp('TaskRole', stack('heddle-streamer'))).toEqual(all);
    expect(lookingUp('ownrole', control)).toEqual(all);
    for (const role of ['apirole', 'tokensrole', 'sharingrole', 'projectorrole']) {
      expect(lookingUp(role, control)).toEqual([]);
    }
    stack('heddle-streamer').hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Environment: Match.arrayWith([
            { Name: 'HEDDLE_CLOUD_MAP', Value: 'aws' },
            { Name: 'HEDDLE_AWS_ACCOUNT', Value: { Ref: 'AWS::AccountId' } },
            { Name: 'HEDDLE_READER_ROLE', Value: 'heddle-reader' },
          ]),
        }),
      ],
    });
    control.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'heddle-own',
      Environment: { Variables: Match.objectLike({ HEDDLE_READER_ROLE: 'heddle-reader' }) },
    });
  });

  it('lets nobody use a wildcard for an action or change anything in IAM', () => {
    const all = Object.keys(control.findResources('AWS::IAM::Policy')).flatMap((id) => permissions(control, id));
    expect(all.filter(([action]) => action.includes('*'))).toEqual([]);
    expect(all.filter(([action]) => /^iam:(?!Get|List)/.test(action))).toEqual([]);
  });

  it('asks of every call that it is signed', () => {
    const methods = resources(control, 'AWS::ApiGateway::Method');
    expect(methods.length).toBeGreaterThanOrEqual(6);
    expect(methods.filter(({ Properties }) => Properties.AuthorizationType !== 'AWS_IAM')).toEqual([]);
  });

  it('runs each function on Node 24 for arm64, shorter than the gateway waits', () => {
    const functions = resources(control, 'AWS::Lambda::Function').map(({ Properties }) => Properties);
    expect(functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      ['api', 'own', 'projector', 'rotation', 'sharing', 'tokens'].map((job) => `heddle-${job}`),
    );
    for (const { Runtime, Architectures, FunctionName, Timeout } of functions) {
      expect([Runtime, Architectures]).toEqual(['nodejs24.x', ['arm64']]);
      if (!/projector|rotation/.test(FunctionName)) expect(Timeout).toBeLessThan(29);
    }
  });

  it('wakes the projector by the stream and every five minutes', () => {
    control.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
    });
    control.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [Match.objectLike({ Input: '{"sweep":true}' })],
    });
  });

  it('raises an alarm when a certificate is near its end, fails or is not watched', () => {
    const watched = [...stacks.values()].flatMap((template) =>
      resources(template, 'AWS::CloudWatch::Alarm').flatMap(({ Properties: { MetricName, Dimensions, Threshold } }) =>
        /^Certificate/.test(MetricName) ? [`${Dimensions[0].Value}: ${MetricName} > ${Threshold}`] : [],
      ),
    );
    expect(watched.sort()).toEqual([
      'rotation: CertificatesFailing > 0',
      'rotation: CertificatesNearExpiry > 0',
      'rotation: CertificatesUnanswered > 0',
      'streamer: CertificatesFailing > 0',
    ]);
  });

  it('names in each alarm a part of the docs that is there', () => {
    const alarms = [...stacks.values()].flatMap((template) => resources(template, 'AWS::CloudWatch::Alarm'));
    const described = alarms.flatMap(({ Properties }) =>
      // Autoscaling makes alarms of its own, in AWS.
      Properties.AlarmDescription === undefined ? [] : [Properties.AlarmDescription as string],
    );
    expect(described.length).toBeGreaterThan(10);
    const headings = readFileSync(join(docs, 'alarms.md'), 'utf8').match(/^## .*$/gm) ?? [];
    const anchors = headings.map((heading) => `docs/alarms.md#${heading.slice(3).toLowerCase().replaceAll(' ', '-')}`);
    expect(described.filter((page) => !anchors.includes(page))).toEqual([]);
  });

  it('serves Envoys privately over TLS to the task itself, in two zones', () => {
    const streamer = stack('heddle-streamer');
    streamer.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internal',
      Type: 'network',
    });
    streamer.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Protocol: 'TLS',
      Port: 443,
      AlpnPolicy: ['HTTP2Only'],
    });
    streamer.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Protocol: 'TLS',
      HealthCheckPath: '/healthz',
    });
    streamer.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 2, LaunchType: 'FARGATE' });
    streamer.hasResourceProperties('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'ARM64' },
      ContainerDefinitions: [
        Match.objectLike({
          ReadonlyRootFilesystem: true,
          Environment: Match.arrayWith([{ Name: 'HEDDLE_XDS_TLS', Value: 'self-signed' }]),
        }),
      ],
    });
    streamer.resourceCountIs('AWS::ApplicationAutoScaling::ScalingPolicy', 2);
    streamer.hasResourceProperties('AWS::EC2::VPCEndpointServicePermissions', {
      AllowedPrincipals: ['arn:aws:iam::222222222222:root'],
    });
    expect(resources(stack('heddle-network'), 'AWS::EC2::NatGateway')).toHaveLength(1);
    expect(
      new Set(
        resources(stack('heddle-network'), 'AWS::EC2::Subnet').map(({ Properties }) =>
          JSON.stringify(Properties.AvailabilityZone),
        ),
      ).size,
    ).toBe(2);
  });

  it('builds the streamer’s image of the bundle alone, for a user that owns nothing', () => {
    const text = readFileSync(resolve(import.meta.dirname, 'streamer/Dockerfile'), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('FROM node:24-slim');
    const copied = lines.filter((line) => line.startsWith('COPY')).flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((file) => !existsSync(join(built.path, 'streamer', file)))).toEqual([]);
    expect(lines.filter((line) => /^(ADD|RUN)/.test(line))).toEqual([]);
    expect(lines.indexOf('USER node')).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('COPY')));
    expect(lines.at(-1)).toBe('ENTRYPOINT ["node", "heddle.mjs", "streamer"]');
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['the control plane alone', {}],
    [
      'a key of the account’s own, logs of the gateway, a domain',
      { customerKey: 'yes', accessLogs: 'yes', domain: 'm.example.com', domainCertificate: certificate },
    ],
    ['no certificates', { certificates: 'no', streamerCertificate: certificate }],
    ['an organization that it may read', { organization: 'yes' }],
    ['a private API', { privateEndpoints: 'vpce-0123456789abcdef0', access: 'organization:o-a1b2c3d4e5' }],
    [
      'a network of the user’s own',
      {
        streamerCertificate: certificate,
        vpc: 'vpc-0123456789abcdef0',
        subnets: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
        zones: 'us-east-1a,us-east-1b',
        envoysFrom: '10.0.0.0/8',
      },
    ],
    [
      'a balancer in the internet',
      {
        streamerCertificate: certificate,
        internetFacing: 'yes',
        alarmTopic: 'arn:aws:sns:us-east-1:111111111111:alarms',
      },
    ],
  ])('is made with %s', (_what, context) => {
    const made = stacksOf(context);
    expect(made.size).toBe('streamerCertificate' in context ? ('vpc' in context ? 3 : 4) : 2);
    const policy = JSON.stringify(
      Object.values(made.get('heddle-control')?.findResources('AWS::ApiGateway::RestApi') ?? {}),
    );
    // Without the denial, a caller's own permission would let it in from anywhere.
    const closed = '"Effect":"Deny","Principal":{"AWS":"*"}';
    expect(policy.includes(closed)).toBe('privateEndpoints' in context);
    const gateways = resources(made.get('heddle-network') ?? control, 'AWS::EC2::NatGateway');
    expect(gateways).toHaveLength(made.has('heddle-network') && !('certificates' in context) ? 1 : 0);
    expect(policy).toContain('access' in context ? 'aws:PrincipalOrgID' : 'aws:PrincipalAccount');
  });

  it.each([
    [{ access: 'everyone' }, 'context access'],
    [{ name: 'A' }, 'context name'],
    [{ customerKey: 'true' }, 'context customerKey'],
    [{ certificateEvents: 'a b' }, 'context certificateEvents'],
    [{ nodeCertificateValidity: 'a week' }, 'context nodeCertificateValidity'],
    [{ nodeCertificateTemplate: 'none' }, 'context nodeCertificateTemplate'],
    [{ domain: 'm.example.com' }, 'domainCertificate'],
    [{ domain: 'm.example.com', domainCertificate: certificate, privateEndpoints: 'vpce-1' }, 'privateEndpoints'],
    [{ streamerCertificate: certificate, vpc: 'vpc-1' }, 'context vpc'],
    [{ streamerCertificate: certificate, fewestStreamers: '9', mostStreamers: '3' }, 'context mostStreamers'],
  ])('is refused with %j', (context, named) => {
    expect(() => stacksOf(context)).toThrow(named);
  });
});
