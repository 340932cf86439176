// The streamers: a Fargate service behind a network load balancer. TLS as far as the task itself, which holds no key that
// anybody has to keep: it makes a certificate when it starts.
import { type App, Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Peer, Port, SecurityGroup, VpcEndpointService } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AwsLogDriver,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import {
  AlpnPolicy,
  ListenerCertificate,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ArnPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { allow } from './access.ts';
import { bundleOf } from './bundles.ts';
import { readCallers } from './callers.ts';
import { readCertificates, seal } from './certificates.ts';
import type { Control } from './control.ts';
import { givenNetwork, type Network } from './network.ts';
import { readerEnvironment, readRegistries } from './registries.ts';
import type { GivenNetwork, Settings, StreamerSettings } from './settings.ts';
import { acknowledgeStreamer } from './streamer-exceptions.ts';

const ports = { xds: 18_000, admin: 9_910 };

export interface Streamers {
  readonly service: FargateService;
  readonly balancer: NetworkLoadBalancer;
}

export interface StreamerParts {
  readonly settings: Settings;
  readonly streamers: StreamerSettings;
  readonly control: Control;
  /** Made here, or the user's own. */
  readonly network: Network | GivenNetwork;
}

export function streamerStack(app: App, parts: StreamerParts, props: StackProps): Streamers {
  const { settings, streamers, control, network } = parts;
  const { name } = settings;
  const stack = new Stack(app, `${name}-streamer`, { ...props, description: 'Heddle: the streamers of configuration' });
  const { vpc, subnets } = 'vpc' in network ? network : givenNetwork(stack, network, streamers.internetFacing);
  const taskDefinition = task(stack, settings, control);

  const outer = new SecurityGroup(stack, 'BalancerGroup', { vpc, allowAllOutbound: false });
  const inner = new SecurityGroup(stack, 'TaskGroup', { vpc });
  const sources =
    streamers.from.length > 0 ? streamers.from.map((cidr) => Peer.ipv4(cidr)) : [Peer.ipv4(vpc.vpcCidrBlock)];
  for (const source of sources) outer.addIngressRule(source, Port.tcp(443), 'Envoys');
  for (const port of [ports.xds, ports.admin]) {
    outer.addEgressRule(inner, Port.tcp(port), 'streamers');
    inner.addIngressRule(outer, Port.tcp(port), 'the load balancer');
  }

  const service = new FargateService(stack, 'Service', {
    cluster: new Cluster(stack, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED }),
    taskDefinition,
    desiredCount: streamers.fewest,
    // A new task is there before an old one drains: Envoys go from one to the other.
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    vpcSubnets: { subnets },
    securityGroups: [inner],
    healthCheckGracePeriod: Duration.seconds(30),
  });
  scale(service, settings, streamers);

  const balancer = new NetworkLoadBalancer(stack, 'Balancer', {
    vpc,
    vpcSubnets: { subnets: streamers.internetFacing && vpc.publicSubnets.length > 0 ? vpc.publicSubnets : subnets },
    internetFacing: streamers.internetFacing,
    crossZoneEnabled: true,
    securityGroups: [outer],
    deletionProtection: !settings.disposable,
  });
  const targets = new NetworkTargetGroup(stack, 'Targets', {
    vpc,
    port: ports.xds,
    protocol: Protocol.TLS,
    targets: [service.loadBalancerTarget({ containerName: 'streamer', containerPort: ports.xds })],
    // A task that drains sends its Envoys away by itself.
    deregistrationDelay: Duration.seconds(30),
    connectionTermination: false,
    healthCheck: {
      protocol: Protocol.HTTP,
      port: String(ports.admin),
      path: '/healthz',
      interval: Duration.seconds(10),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 2,
    },
  });
  balancer.addListener('Xds', {
    port: 443,
    protocol: Protocol.TLS,
    certificates: [ListenerCertificate.fromArn(streamers.certificate)],
    sslPolicy: SslPolicy.TLS13_RES,
    alpnPolicy: AlpnPolicy.HTTP2_ONLY,
    defaultTargetGroups: [targets],
  });
  if (streamers.endpointPrincipals.length > 0) {
    new VpcEndpointService(stack, 'EndpointService', {
      vpcEndpointServiceLoadBalancers: [balancer],
      acceptanceRequired: false,
      allowedPrincipals: streamers.endpointPrincipals.map((principal) => new ArnPrincipal(principal)),
    });
  }
  new CfnOutput(stack, 'XdsEndpoint', { value: `${balancer.loadBalancerDnsName}:443` });
  acknowledgeStreamer({ taskDefinition, balancer, outer });
  return { service, balancer };
}

function task(
  stack: Stack,
  settings: Settings,
  { storage, sealingKey, stack: controlStack }: Control,
): FargateTaskDefinition {
  const { name, logLevel, disposable, reader, certificates } = settings;
  const taskRole = new Role(stack, 'TaskRole', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  // Reads the log, and tells the fleet's status in the views.
  const exported = `${name}-snapshots`;
  const arn = controlStack.exportValue(storage.snapshots.bucketArn, { name: exported });
  const snapshots = Bucket.fromBucketArn(stack, 'Snapshots', arn);
  allow(taskRole, { ...storage, snapshots }, ['log:read', 'log:tail', 'views:write', 'snapshots:read'], exported);
  readRegistries(taskRole, reader);
  if (sealingKey !== undefined) {
    readCertificates(taskRole);
    // Whose Envoy may have a key is judged by its principal's own policies.
    readCallers(taskRole);
    seal(taskRole, sealingKey);
  }
  const definition = new FargateTaskDefinition(stack, 'Task', {
    family: `${name}-streamer`,
    cpu: 1024,
    memoryLimitMiB: 2048,
    taskRole,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
  });
  const logGroup = new LogGroup(stack, 'Log', {
    logGroupName: `/${name}/streamer`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
  definition.addContainer('streamer', {
    image: ContainerImage.fromAsset(bundleOf(settings, 'streamer'), { platform: Platform.LINUX_ARM64 }),
    logging: new AwsLogDriver({ logGroup, streamPrefix: 'streamer' }),
    readonlyRootFilesystem: true,
    // Drains within 20 s of SIGTERM.
    stopTimeout: Duration.seconds(30),
    portMappings: Object.values(ports).map((containerPort) => ({ containerPort })),
    environment: {
      HEDDLE_STORE: `dynamodb:${name}`,
      HEDDLE_SNAPSHOT_BUCKET: storage.snapshots.bucketName,
      HEDDLE_XDS_ADDR: `0.0.0.0:${ports.xds}`,
      HEDDLE_XDS_TLS: 'self-signed',
      HEDDLE_ADMIN_ADDR: `0.0.0.0:${ports.admin}`,
      HEDDLE_CLOUD_MAP: 'aws',
      HEDDLE_AWS_ACCOUNT: Aws.ACCOUNT_ID,
      ...readerEnvironment(reader),
      ...(sealingKey && { HEDDLE_CERTIFICATES: 'aws', HEDDLE_SEALING_KEY: sealingKey.keyArn }),
      ...(certificates?.nodeValidity && { HEDDLE_NODE_CERTIFICATE_VALIDITY: certificates.nodeValidity }),
      ...(certificates?.nodeTemplate && { HEDDLE_NODE_CERTIFICATE_TEMPLATE: certificates.nodeTemplate }),
      HEDDLE_METRICS: 'embedded',
      HEDDLE_LOG_LEVEL: logLevel,
    },
  });
  return definition;
}

/** More tasks when those that there are have many streams or much to do. */
function scale(service: FargateService, { name }: Settings, { fewest, most, streamsPerTask }: StreamerSettings): void {
  const scaling = service.autoScaleTaskCount({ minCapacity: fewest, maxCapacity: most });
  const cooldown = { scaleInCooldown: Duration.minutes(10), scaleOutCooldown: Duration.minutes(1) };
  scaling.scaleToTrackCustomMetric('Streams', {
    // Each task tells its own number: their mean is what a task has.
    metric: new Metric({
      namespace: 'Heddle',
      metricName: 'Streams',
      dimensionsMap: { Function: 'streamer' },
      statistic: 'Average',
      period: Duration.minutes(1),
    }),
    targetValue: streamsPerTask,
    ...cooldown,
  });
  scaling.scaleOnCpuUtilization('Cpu', { policyName: `${name}-cpu`, targetUtilizationPercent: 60, ...cooldown });
}
