// npm installs a package again below each that cannot have the copy at the top, even when those copies are equal. A plugin
// for esbuild that bundles one of each version: the AWS SDK alone would be there six times.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

const resolving = Symbol('resolving');

/** The package that a file is in, and its place there. */
function placeOf(path: string): { readonly folder: string; readonly name: string; readonly file: string } | undefined {
  const [, folder = '', name = '', file = ''] = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\/(.*)$/.exec(path) ?? [];
  return folder === '' ? undefined : { folder, name, file };
}

export const oneOfEach: Plugin = {
  name: 'one of each',
  setup(build) {
    const versions = new Map<string, string>();
    const chosen = new Map<string, string>();
    const versionOf = (folder: string): string => {
      const known = versions.get(folder);
      if (known !== undefined) return known;
      const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { readonly version: string };
      versions.set(folder, version);
      return version;
    };
    build.onResolve({ filter: /^[^.]/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === resolving || options.kind === 'entry-point') return undefined;
      const resolved = await build.resolve(path, { ...options, pluginData: resolving });
      const place = placeOf(resolved.path);
      if (resolved.external || place === undefined) return resolved;
      const { folder, name } = place;
      const key = `${name} ${versionOf(folder)}`;
      const first = chosen.get(key) ?? folder;
      chosen.set(key, first);
      return { ...resolved, path: `${first}/${place.file}` };
    });
  },
};
