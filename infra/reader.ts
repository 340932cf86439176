// A small app of its own, for each other account whose nodes name Cloud Map services: the role by which Heddle looks up
// instances there. The account that deploys it decides; taking the stack away ends it.
import { App, CfnOutput, CliCredentialsStackSynthesizer, Stack, Validations } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { lookUpInstances } from './registries.ts';
import { readReader } from './settings.ts';

/** Throws an error that names the first value of the context that is wrong. */
export function readerDeployment(app: App): Stack {
  const { heddleAccount, roleName, externalId } = readReader(app.node);
  const stack = new Stack(app, roleName, {
    synthesizer: new CliCredentialsStackSynthesizer(),
    description: `Heddle: lets account ${heddleAccount} look up instances in Cloud Map`,
  });
  const role = new Role(stack, 'Reader', {
    roleName,
    assumedBy: new AccountPrincipal(heddleAccount),
    ...(externalId !== undefined && { externalIds: [externalId] }),
  });
  lookUpInstances(role);
  new CfnOutput(stack, 'ReaderRole', { value: role.roleArn });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return stack;
}

if (import.meta.main) {
  const app = new App();
  readerDeployment(app);
  app.synth();
}
