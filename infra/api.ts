// The front door: a REST API that lets only signed requests in (IAM authorization) and says who signed them.
import { Aws, CfnOutput, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ApiFunction, Functions } from './functions.ts';
import type { Access, Settings } from './settings.ts';

/** Where each function answers: that path and all below it; the longest that fits wins. */
const routes: readonly (readonly [path: string, answered: ApiFunction])[] = [
  ['v20190125', 'api'],
  ['heddle/v1/tokens', 'tokens'],
  ['heddle/v1', 'own'],
  // RAM's operations have their paths at the root.
  ['', 'sharing'],
];

const writesLogs = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';

export function api(scope: Construct, settings: Settings, functions: Functions): RestApi {
  const { name, access, domain, privateEndpoints, accessLogs } = settings;
  const isPrivate = privateEndpoints.length > 0;
  const made = new RestApi(scope, 'Api', {
    restApiName: name,
    description: 'Heddle: the App Mesh API',
    defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
    policy: resourcePolicy(access, privateEndpoints),
    endpointConfiguration: isPrivate
      ? {
          types: [EndpointType.PRIVATE],
          vpcEndpoints: privateEndpoints.map((vpcEndpointId, index) =>
            InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, `Endpoint${index}`, {
              vpcEndpointId,
              port: 443,
            }),
          ),
        }
      : { types: [EndpointType.REGIONAL] },
    cloudWatchRole: accessLogs,
    deployOptions: { stageName: 'heddle', metricsEnabled: true, ...(accessLogs && accessLog(scope, settings)) },
    ...(domain && {
      domainName: {
        domainName: domain.name,
        certificate: Certificate.fromCertificateArn(scope, 'DomainCertificate', domain.certificate),
        securityPolicy: SecurityPolicy.TLS_1_2,
      },
      disableExecuteApiEndpoint: true,
    }),
  });
  for (const [path, answered] of routes) {
    const integration = new LambdaIntegration(functions[answered], { allowTestInvoke: false });
    const at = path
      .split('/')
      .filter((part) => part !== '')
      .reduce<IResource>((parent, part) => parent.getResource(part) ?? parent.addResource(part), made.root);
    if (path !== '') at.addMethod('ANY', integration);
    at.addResource('{proxy+}').addMethod('ANY', integration);
  }
  new CfnOutput(scope, 'ApiId', { value: made.restApiId });
  new CfnOutput(scope, 'ApiUrl', { value: domain === undefined ? made.url : `https://${domain.name}/` });
  acknowledge(made, accessLogs);
  return made;
}

/**
 * API Gateway lets a principal of this account in when either this policy or its own allows; one of another account needs
 * both. So inside the account an `appmesh:` policy is all that a caller needs, as with App Mesh.
 */
function resourcePolicy(access: Access, privateEndpoints: readonly string[]): PolicyDocument {
  const everything = {
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
  };
  // A denial: what a caller of this account may by its own policy would do without any allowance here.
  const elsewhere = { StringNotEquals: { 'aws:SourceVpce': [...privateEndpoints] } };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({ ...everything, conditions: conditionOf(access) }),
      ...(privateEndpoints.length === 0
        ? []
        : [new PolicyStatement({ ...everything, effect: Effect.DENY, conditions: elsewhere })]),
    ],
  });
}

function conditionOf(access: Access): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  switch (access.kind) {
    case 'account':
      return { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } };
    case 'organization':
      return { StringEquals: { 'aws:PrincipalOrgID': access.id } };
    case 'accounts':
      return { StringEquals: { 'aws:PrincipalAccount': [Aws.ACCOUNT_ID, ...access.ids] } };
    case 'anyone':
      return {};
  }
}

function accessLog(scope: Construct, { name, disposable }: Settings) {
  const group = new LogGroup(scope, 'api-access-log', {
    logGroupName: `/${name}/access`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
  return {
    accessLogDestination: new LogGroupLogDestination(group),
    accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
  };
}

function acknowledge(made: RestApi, accessLogs: boolean): void {
  const validations = Validations.of(made);
  validations.acknowledge(
    {
      id: 'AwsSolutions-APIG2',
      reason: 'The functions check every request against the contract, with App Mesh’s own errors.',
    },
    { id: 'AwsSolutions-APIG3', reason: 'Only signed requests come through; a web ACL is the account’s to add.' },
    { id: 'AwsSolutions-APIG6', reason: 'The functions log each request with its caller and outcome.' },
    { id: 'AwsSolutions-COG4', reason: 'Callers sign with IAM credentials: there is no user pool.' },
  );
  if (!accessLogs) {
    validations.acknowledge({
      id: 'AwsSolutions-APIG1',
      reason:
        'Needs the account’s one role for API Gateway’s logs, which may be set already: the context accessLogs turns it on.',
    });
  } else {
    validations.acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${writesLogs}]`,
      reason: 'The role with which API Gateway writes logs has the policy that AWS made for it.',
    });
  }
}
