// The CDK app's assembly for a test: bundled and synthesized as `npm run synth` does it, into a folder of its own.
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { deployment } from '#infra/app.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { bundleFunctions } from '#tools/bundle-functions.ts';

export interface Synthesized {
  /** The folder of the assembly. */
  readonly path: string;
  remove(): void;
}

export async function synthesized(context: Readonly<Record<string, string>>): Promise<Synthesized> {
  const folder = scratchFolder();
  const built = join(folder.path, 'built');
  await bundleFunctions(built);
  const app = new App({ outdir: folder.path, context: { ...context, built }, analyticsReporting: false });
  deployment(app);
  app.synth();
  return folder;
}
