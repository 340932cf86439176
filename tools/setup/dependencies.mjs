// The locked dependencies: installed when what lies in node_modules is not what package-lock.json asks for.
// The stamp is inside node_modules, so that it goes with them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { project } from './project.mjs';
import { runNpm } from './run.mjs';

const stamp = join(project, 'node_modules', '.heddle-set-up');
const wanted = () => fingerprint(['package-lock.json']);

/** Whether npm's own record of what it installed agrees with the lock: then somebody has run `npm ci` by hand. */
function installedByHand() {
  try {
    const read = (path) => JSON.parse(readFileSync(join(project, path), 'utf8')).packages;
    const installed = read('node_modules/.package-lock.json');
    return Object.entries(read('package-lock.json')).every(([path, { version, integrity, optional }]) => {
      if (path === '') return true;
      const found = installed[path];
      // Optional ones are builds for other platforms.
      if (found === undefined) return optional === true;
      return found.version === version && found.integrity === integrity && existsSync(join(project, path));
    });
  } catch {
    return false;
  }
}

export const dependencies = {
  name: 'dependencies',
  fresh: () => {
    if (readStamp(stamp) === wanted()) return true;
    if (!installedByHand()) return false;
    writeStamp(stamp, wanted());
    return true;
  },
  make: async (node) => {
    // --include=dev: NODE_ENV=production would leave out what checks and tests need, and the stamp would not tell.
    await runNpm(['ci', '--include=dev'], { node });
    writeStamp(stamp, wanted());
  },
};
