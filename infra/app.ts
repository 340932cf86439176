// The CDK app: what one command deploys into an account. Settings come as context; nothing here is edited.
import { App, CliCredentialsStackSynthesizer, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Control, controlStack } from './control.ts';
import { networkStack } from './network.ts';
import { operationsStack } from './operations.ts';
import { readSettings, type Settings } from './settings.ts';
import { type Streamers, streamerStack } from './streamer.ts';

/** What a stack uses of another cannot be taken away from it. */
const featureFlags = { '@aws-cdk/core:defaultCrossStackReferences': 'strong' };

/** The stacks of a deployment; the checks of cdk-nag make the synthesis fail. */
export function deployment(app: App) {
  const settings = readSettings(app.node);
  // The caller's own credentials do: no bootstrap roles, so that accounts without them (emulators) take it as it is.
  const synthesizer = () => new CliCredentialsStackSynthesizer();
  const control = controlStack(app, settings, { synthesizer: synthesizer() });
  const streamers = streamersOf(app, settings, control, synthesizer);
  operationsStack(app, { settings, control, streamers }, { synthesizer: synthesizer() });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { settings, control };
}

/** None without a certificate: then the control plane stands alone. */
function streamersOf(
  app: App,
  settings: Settings,
  control: Control,
  synthesizer: () => CliCredentialsStackSynthesizer,
): Streamers | undefined {
  const { streamers } = settings;
  if (streamers === undefined) return undefined;
  const network =
    streamers.network ?? networkStack(app, settings, streamers.internetFacing, { synthesizer: synthesizer() });
  return streamerStack(app, { settings, streamers, control, network }, { synthesizer: synthesizer() });
}

if (import.meta.main) {
  const app = new App({ postCliContext: featureFlags });
  deployment(app);
  app.synth();
}
