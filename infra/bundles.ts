// Where the build puts what is deployed (tools/bundle-functions.ts).
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const built = resolve(import.meta.dirname, '../dist');

/** A folder of the build; throws when it was not built. */
export function bundleOf(name: string): string {
  const folder = join(built, name);
  if (!existsSync(folder)) throw new Error(`${folder} is not there: \`npm run synth\` builds it first`);
  return folder;
}
