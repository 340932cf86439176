// A release of Heddle that never was: today's, with one made-up event in a schema of its own and another form of snapshots.
// It is today's sources bundled with a few lines exchanged.
import { copyFileSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { newestSchema } from '#events/schema.ts';
import { stateSchema } from '#events/snapshot.ts';

const project = resolve(import.meta.dirname, '../..');

/** The schemas of its commits and of its snapshots. */
export const nextSchema = newestSchema + 1;
export const nextStateSchema = stateSchema + 1;

/** By file, what stands there and what would. */
const exchanged: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'events/schema.ts': [
    [`newestSchema = ${newestSchema}`, `newestSchema = ${nextSchema}`],
    ['(commit: Commit) => Commit>> = {', `(commit: Commit) => Commit>> = { ${newestSchema}: (commit) => commit,`],
  ],
  'events/snapshot.ts': [[`stateSchema = ${stateSchema}`, `stateSchema = ${nextStateSchema}`]],
  // What was TagsChanged is written as TagsSet; both are read.
  'events/evolve.ts': [["case 'TagsChanged':", "case 'TagsSet': case 'TagsChanged':"]],
  'store/dynamodb-commit.ts': [
    [
      'JSON.stringify(commit)',
      `JSON.stringify(commit.schema < ${nextSchema} ? commit : { ...commit, events: commit.events.map((event) =>
         event.type === 'TagsChanged' ? { ...event, type: 'TagsSet' } : event) })`,
    ],
  ],
};

const exchange: Plugin = {
  name: 'exchange',
  setup(bundler) {
    bundler.onLoad({ filter: /\/(events|store)\/[\w-]+\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = (exchanged[relative(project, path)] ?? []).reduce((before, [there, then]) => {
        if (!before.includes(there)) throw new Error(`${path} has no ${there} to exchange`);
        return before.replace(there, then);
      }, text);
      return { contents, loader: 'ts' };
    });
  },
};

/** Bundles it into a folder; answers the program. */
export async function bundleNextRelease(folder: string): Promise<string> {
  const outfile = join(folder, 'next-release.mjs');
  copyFileSync(join(project, 'streamer/gen/envoy.binpb'), join(folder, 'envoy.binpb'));
  await build({
    absWorkingDir: project,
    entryPoints: ['cli/heddle.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: {
      js: "import{createRequire as heddleRequire}from'node:module';const require=heddleRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    },
    plugins: [exchange],
    logLevel: 'error',
  });
  return outfile;
}
