// The network that streamers run in: the user's own, or one of two zones in which nothing has a public address. AWS is
// reached through endpoints; where there are certificates also through a gateway, since IAM has an endpoint in one region alone.
import { type App, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { GivenNetwork, Settings } from './settings.ts';

export interface Network {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];
}

/** What a streamer asks in AWS, besides DynamoDB and S3: its image, its log, endpoints, certificates, its role's keys. */
const services = {
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrImages: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  CloudMap: InterfaceVpcEndpointAwsService.CLOUD_MAP_DATA_SERVICE_DISCOVERY,
  Kms: InterfaceVpcEndpointAwsService.KMS,
  Sts: InterfaceVpcEndpointAwsService.STS,
};

/** A network of the user's own, as it is: nothing of it is made. */
export function givenNetwork(scope: Construct, given: GivenNetwork, internetFacing: boolean): Network {
  const { vpcId, availabilityZones, subnetIds } = given;
  const [zones, ids] = [[...availabilityZones], [...subnetIds]];
  const vpc = internetFacing
    ? Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: zones, publicSubnetIds: ids })
    : Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: zones, privateSubnetIds: ids });
  return { vpc, subnets: internetFacing ? vpc.publicSubnets : vpc.privateSubnets };
}

export function networkStack(
  app: App,
  { name, certificates }: Settings,
  internetFacing: boolean,
  props: StackProps,
): Network {
  const stack = new Stack(app, `${name}-network`, { ...props, description: 'Heddle: the network of the streamers' });
  // IAM user guide, create a VPC endpoint for IAM: in us-east-1. It says who may have a key; ACM and ACM PCA go this way, too.
  const hasGateway = certificates !== undefined;
  const subnetType = hasGateway ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED;
  const inside = { name: 'streamers', subnetType, cidrMask: 20 };
  const outside = { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 };
  const vpc = new Vpc(stack, 'Vpc', {
    maxAzs: 2,
    natGateways: hasGateway ? 1 : 0,
    subnetConfiguration: internetFacing || hasGateway ? [inside, outside] : [inside],
    restrictDefaultSecurityGroup: false,
    flowLogs: { Refused: { destination: FlowLogDestination.toCloudWatchLogs() } },
  });
  vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
  vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
  for (const [id, service] of Object.entries(services)) vpc.addInterfaceEndpoint(id, { service });
  Validations.of(vpc).acknowledge({
    id: 'AwsSolutions-EC23',
    reason: 'The rule reads addresses; those of the endpoints’ groups are the network’s own, known when it is made.',
  });
  return { vpc, subnets: hasGateway ? vpc.privateSubnets : vpc.isolatedSubnets };
}
