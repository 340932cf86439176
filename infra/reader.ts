// A small app of its own, for each other account whose nodes name Cloud Map services or certificates: the role by which
// Heddle reads them there. The account that deploys it decides; taking the stack away ends it.
import { App, CfnOutput, CliCredentialsStackSynthesizer, Stack, Validations } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readCallers } from './callers.ts';
import { readCertificates } from './certificates.ts';
import { lookUpInstances } from './registries.ts';
import { readReader } from './settings.ts';

/** Throws an error that names the first value of the context that is wrong. */
export function readerDeployment(app: App): Stack {
  const { heddleAccount, roleName, externalId, certificates } = readReader(app.node);
  const stack = new Stack(app, roleName, {
    synthesizer: new CliCredentialsStackSynthesizer(),
    description: `Heddle: lets account ${heddleAccount} look up instances${certificates ? ' and certificates' : ''}`,
  });
  const role = new Role(stack, 'Reader', {
    roleName,
    assumedBy: new AccountPrincipal(heddleAccount),
    ...(externalId !== undefined && { externalIds: [externalId] }),
  });
  lookUpInstances(role);
  if (certificates) {
    readCertificates(role);
    readCallers(role);
  }
  new CfnOutput(stack, 'ReaderRole', { value: role.roleArn });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return stack;
}

if (import.meta.main) {
  const app = new App();
  readerDeployment(app);
  app.synth();
}
