// `heddle demo`: the Color App on this machine, with real Envoys and live traffic, and a canary shifted before your eyes.
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { durationArgument } from './argument.ts';
import { type Connection, withConnection } from './connection.ts';
import { administratorFile, administratorProfile } from './credentials.ts';
import { startColorApp } from './demo/color-stage.ts';
import { createDrawing, type Drawing } from './demo/drawing.ts';
import { findEnvoy } from './demo/envoy.ts';
import { runCanary } from './demo/run-canary.ts';
import { createStage, type Stage } from './demo/stage.ts';
import { endSignal, whenAborted } from './end-signal.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';

interface DemoOptions extends Connection {
  readonly seconds: number;
  readonly keep: boolean;
}

export function demoCommand(): Command {
  const command = new Command('demo')
    .description('run a small mesh with real Envoys and shift a route before your eyes')
    .option('--seconds <duration>', 'how long each of the three phases lasts at least', durationArgument, 6)
    .option('--keep', 'keep everything running afterwards, until Ctrl-C', false)
    .action(demo);
  return withHelpText(withConnection(command), 'watch a route being shifted, with real Envoys', [
    ['npx heddle demo --keep'],
  ]);
}

async function demo(options: DemoOptions): Promise<void> {
  const binary = findEnvoy(process.env, checkout());
  const drawing = createDrawing(process.stdout, options.json);
  const end = endSignal();
  const stage = await createStage(end.signal);
  try {
    await perform(stage, binary, drawing, options);
  } catch (error) {
    // Whatever broke because the demo was asked to end is not worth a word.
    if (end.signal.aborted) throw new Failure('ended before the traffic had moved');
    if (stage.signal.aborted) throw stage.signal.reason;
    throw error;
  } finally {
    await stage.close();
    end.release();
  }
}

// The program is cli/heddle.ts, or the bundle dist/heddle.mjs of the same checkout.
const checkout = (): string => dirname(dirname(realpathSync(process.argv[1] ?? '.')));

async function perform(stage: Stage, binary: string, drawing: Drawing, options: DemoOptions): Promise<void> {
  drawing.say('Starting a control plane, three applications and four Envoys …');
  const app = await startColorApp(stage, binary);
  const { api, dataDirectory } = app.controlPlane.ready;
  drawing.say(
    `The mesh is at ${app.front.href} (curl it). To look at it from another terminal:\n` +
      `  export AWS_ENDPOINT_URL_APP_MESH=${api} AWS_REGION=us-east-1 AWS_PROFILE=${administratorProfile} ` +
      `AWS_SHARED_CREDENTIALS_FILE=${administratorFile(dataDirectory)}\n` +
      '  aws appmesh describe-route --mesh-name color --virtual-router-name paint --route-name canary',
  );
  const result = await runCanary(stage, app, drawing, options.seconds);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  if (result.failed > 0) {
    throw new Failure(
      `${result.failed} of ${result.failed + result.answered} requests failed, the first with ${result.firstFailure}`,
    );
  }
  drawing.say(`The traffic went from red to blue: ${result.answered} requests, none failed.`);
  if (options.keep) {
    drawing.say('Everything stays up until Ctrl-C.');
    await whenAborted(stage.signal);
    // Asked to end by the user is well; anything else is the reason why it fell.
    if (stage.signal.reason instanceof Failure) throw stage.signal.reason;
  }
}
