// The emulator of AWS from PyPI, for tests, apart from the other Python tools: its libraries are many and its own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { cache, project } from './project.mjs';
import { bringPackages, programPath } from './python-packages.mjs';

const home = join(cache, 'emulator');
const stamp = join(home, '.heddle-set-up');
const requirements = 'tools/python/emulator-requirements.txt';
const wanted = () => fingerprint([requirements]);
const program = 'ministack';

export const emulator = {
  name: 'an emulator of AWS',
  fresh: () => existsSync(programPath(program)) && readStamp(stamp) === wanted(),
  make: async (node) => {
    await bringPackages({ home, requirements: join(project, requirements), program, node });
    writeStamp(stamp, wanted());
  },
};
