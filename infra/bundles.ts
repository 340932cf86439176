// What the build has made (tools/bundle-functions.ts), as assets of the deployment.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

/** A folder of the build; throws when it was not built. */
export function bundleOf({ built }: Settings, name: string): string {
  const folder = join(built, name);
  if (!existsSync(folder)) throw new Error(`${folder} is not there: \`npm run synth\` builds it first`);
  return folder;
}
