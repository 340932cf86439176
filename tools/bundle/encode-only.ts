// Envoy's types as the functions use them: they write messages and read none. A third of the generated code is decoders,
// which no bundler can tell from the rest; a plugin for esbuild that leaves them out.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** A method of a generated message, up to the brace that ends it. */
const decoder = /^ {2}decode\(input: BinaryReader[\s\S]*?^ {2}\},\n/gm;

export const encodeOnly: Plugin = {
  name: 'encode only',
  setup(build) {
    build.onLoad({ filter: /\/streamer\/gen\/.*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      return {
        contents: text.replace(decoder, ''),
        loader: 'ts',
      };
    });
  },
};
