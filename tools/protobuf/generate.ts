// Generates Envoy's protobuf types (streamer/gen) and their descriptor set (streamer/gen/envoy.binpb) from the .proto
// files inside the installed @grpc/grpc-js-xds. Neither protos nor generated code are committed: the package is pinned.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../..');
const build = join(project, '.cache/protobuf');
const destination = join(project, 'streamer/gen');
const deps = join(project, 'node_modules/@grpc/grpc-js-xds/deps');
const include = readdirSync(deps).map((folder) => join(deps, folder));

const pluginOptions = [
  'esModuleInterop=true',
  'env=node',
  'outputServices=grpc-js',
  'outputJsonMethods=false',
  'oneof=unions-value',
  'useOptionals=messages',
  'forceLong=number',
  'useDate=false',
  'useExactTypes=false',
  'unrecognizedEnum=false',
  'outputPartialMethods=true',
  'outputTypeAnnotations=static-only',
  'snakeToCamel=true',
  // Node strips types but knows neither enums nor imports without an ending.
  'importSuffix=.ts',
  'enumsAsLiterals=true',
];

function roots(): readonly string[] {
  return readFileSync(join(import.meta.dirname, 'roots.txt'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function source(path: string): string {
  const folder = include.find((candidate) => existsSync(join(candidate, path)));
  if (folder === undefined) throw new Error(`${path} is not in @grpc/grpc-js-xds (see tools/protobuf/roots.txt)`);
  return readFileSync(join(folder, path), 'utf8');
}

/** Copies the files and all that they import to `folder`; google/protobuf/* is built into buf. */
function copyClosure(files: readonly string[], folder: string): void {
  const waiting = [...files];
  const seen = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || path.startsWith('google/protobuf/')) continue;
    seen.add(path);
    const text = source(path);
    for (const [, imported] of text.matchAll(/^import\s+(?:public\s+|weak\s+)?"([^"]+)";/gm)) {
      if (imported !== undefined) waiting.push(imported);
    }
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // The shipped validate.proto is older than the shipped Envoy protos and lacks this option; ts-proto reads no options.
    const compilable = text.replace(/\bignore_empty:\s*true,?/g, '');
    writeFileSync(join(folder, path), compilable);
  }
}

function buf(...parameters: readonly string[]): void {
  execFileSync(process.execPath, [join(project, 'node_modules/@bufbuild/buf/bin/buf'), ...parameters], {
    cwd: build,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

rmSync(build, { recursive: true, force: true });
mkdirSync(build, { recursive: true });
copyClosure(roots(), join(build, 'proto'));
writeFileSync(join(build, 'buf.yaml'), JSON.stringify({ version: 'v2', modules: [{ path: 'proto' }] }));
const template = {
  version: 'v2',
  plugins: [
    {
      local: join(project, 'node_modules/.bin/protoc-gen-ts_proto'),
      out: 'gen',
      strategy: 'all',
      include_imports: true,
      include_wkt: true,
      opt: pluginOptions,
    },
  ],
};
buf('generate', '--template', JSON.stringify(template));
buf('build', '-o', 'gen/envoy.binpb');
// Moved into place at the end, so that a set-up cut short leaves no half of it.
rmSync(destination, { recursive: true, force: true });
mkdirSync(dirname(destination), { recursive: true });
renameSync(join(build, 'gen'), destination);
rmSync(build, { recursive: true, force: true });
