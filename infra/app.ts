// The CDK app: what one command deploys into an account. Settings come as context; nothing here is edited.
import { App, CliCredentialsStackSynthesizer, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { controlStack } from './control.ts';
import { readSettings } from './settings.ts';

/** The stacks of a deployment; the checks of cdk-nag make the synthesis fail. */
export function deployment(app: App) {
  const settings = readSettings(app.node);
  // The caller's own credentials do: no bootstrap roles, so that accounts without them (emulators) take it as it is.
  const synthesizer = () => new CliCredentialsStackSynthesizer();
  const control = controlStack(app, settings, { synthesizer: synthesizer() });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { settings, control };
}

if (import.meta.main) {
  const app = new App();
  deployment(app);
  app.synth();
}
