// Bundles what AWS runs: each Lambda into a folder of its own under functions/, the streamer into streamer/. Says
// how large they are, and fails when one outgrows its limit: a cold start reads all of it.
import { copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { encodeOnly } from './bundle/encode-only.ts';
import { oneOfEach } from './bundle/one-of-each.ts';

const project = resolve(import.meta.dirname, '..');

const largest = 1.5 * 1024 * 1024;

const shared: BuildOptions = {
  absWorkingDir: project,
  bundle: true,
  minify: true,
  // Names of classes and functions are read: of errors, in the log.
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  // CommonJS packages inside an ES module call require and __dirname, which it does not have.
  banner: {
    js: "import{createRequire as heddleRequire}from'node:module';const require=heddleRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
  },
  logLevel: 'warning',
};

interface Bundle {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Read at run time, beside the code. */
  readonly beside?: readonly string[];
}

const lambda = (name: string, beside: readonly string[] = []): Bundle => ({
  name,
  from: `functions/${name}/lambda.ts`,
  to: `functions/${name}/index.mjs`,
  beside,
});

const bundles: readonly Bundle[] = [
  lambda('api'),
  lambda('tokens'),
  lambda('own', ['streamer/gen/envoy.binpb']),
  lambda('projector'),
  lambda('sharing'),
  lambda('organization'),
  lambda('rotation'),
];

/** The streamer is the command line itself, as it is published, in an image of its own. */
async function bundleStreamer(built: string): Promise<void> {
  const folder = join(built, 'streamer');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    ...shared,
    entryPoints: ['cli/heddle.ts'],
    outfile: join(folder, 'heddle.mjs'),
    plugins: [oneOfEach],
  });
  copyFileSync(join(project, 'streamer/gen/envoy.binpb'), join(folder, 'envoy.binpb'));
  copyFileSync(join(project, 'infra/streamer/Dockerfile'), join(folder, 'Dockerfile'));
  console.log(`streamer: ${Math.round(statSync(join(folder, 'heddle.mjs')).size / 1024)} KiB`);
}

async function bundle(built: string, { name, from, to, beside = [] }: Bundle): Promise<boolean> {
  const folder = join(built, to, '..');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    ...shared,
    entryPoints: [from],
    outfile: join(built, to),
    plugins: [oneOfEach, encodeOnly],
    // A function's credentials come by its environment, the first place that is looked at.
    external: ['ini', 'login', 'process', 'sso', 'web-identity'].map((way) => `@aws-sdk/credential-provider-${way}`),
  });
  for (const file of beside) copyFileSync(join(project, file), join(folder, file.slice(file.lastIndexOf('/') + 1)));
  const { size } = statSync(join(built, to));
  console.log(`${name}: ${Math.round(size / 1024)} KiB`);
  return size <= largest;
}

/** Builds all of them into a folder; rejects when one is too large. */
export async function bundleFunctions(built: string): Promise<void> {
  const fits: boolean[] = [];
  for (const one of bundles) fits.push(await bundle(built, one));
  await bundleStreamer(built);
  if (!fits.every(Boolean)) throw new Error(`a bundle is larger than ${largest / 1024} KiB`);
}

if (import.meta.main) await bundleFunctions(join(project, 'dist'));
