// The steps of the set-up, in order. A generated thing is one more line: the files it is made from, what comes out,
// and the program (run by the Node of the set-up) that makes it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dependencies } from './dependencies.mjs';
import { emulator, moto } from './emulator.mjs';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { cache, project } from './project.mjs';
import { pythonTools } from './python-tools.mjs';
import { redirection } from './redirection.mjs';
import { run } from './run.mjs';

const rooms = ['agent', 'certificates', 'cli', 'events', 'functions', 'identity', 'local', 'store', 'streamer'];

const envoyTypes = {
  name: 'Envoy types',
  from: ['tools/protobuf', 'package-lock.json'],
  to: ['streamer/gen/envoy.binpb'],
  by: 'tools/protobuf/generate.ts',
};

const modelShapes = {
  name: 'model shapes',
  from: ['tools/shapes.ts', 'events/model/contract.ts', 'events/model/app-mesh.json', 'events/model/additions.json'],
  to: ['events/model/shapes.ts'],
  by: 'tools/shapes.ts',
};

const ramContract = {
  name: 'RAM contract',
  from: ['tools/ram.ts', 'package-lock.json'],
  to: ['functions/sharing/ram.json'],
  by: 'tools/ram.ts',
};

const bundleFile = {
  name: 'bundle',
  from: [...rooms, 'examples', 'tools/bundle.ts', 'tools/protobuf', 'package.json', 'package-lock.json'],
  to: ['dist/heddle.mjs', 'dist/envoy.binpb'],
  by: 'tools/bundle.ts',
};

function stepOf({ name, from, to, by }) {
  const stamp = join(cache, 'stamps', name.replaceAll(' ', '-'));
  return {
    name,
    fresh: () => to.every((path) => existsSync(join(project, path))) && readStamp(stamp) === fingerprint(from),
    make: async (node) => {
      // Taken before the work: a file changed meanwhile is seen by the next set-up.
      const print = fingerprint(from);
      await run(node, [by], { node });
      writeStamp(stamp, print);
    },
  };
}

/** @typedef {{name: string, fresh: () => boolean, make: (node: string) => Promise<void>}} Step */

/** What the sources need to run and to be checked. @type {readonly Step[]} */
export const code = [dependencies, stepOf(envoyTypes), stepOf(modelShapes), stepOf(ramContract)];

/** What `heddle` runs. @type {Step} */
export const bundling = stepOf(bundleFile);

/** What only tests and the demo use; `npm run tools` and `npm test` bring it. @type {readonly Step[]} */
export const testTools = [pythonTools, emulator, moto, redirection];
