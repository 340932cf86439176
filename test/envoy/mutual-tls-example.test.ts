// The commands of examples/mutual-tls, as they stand in its README, lead where it says.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freePort } from '#cli/demo/free-port.ts';
import { envoyPath } from '../setup/tools.ts';
import { canMakeCertificates } from './fixture/certificates.ts';
import { heddleEnvironment, startHeddle } from './fixture/control-plane.ts';
import { ownAddress } from './fixture/envoy.ts';
import { useStage } from './fixture/stage.ts';

const there = (program: string) => spawnSync(program, ['--version']).status === 0;
const possible = envoyPath() !== undefined && canMakeCertificates() && there('curl') && there('python3');
if (!possible) console.warn('the example of mutual TLS is not tested: it needs Envoy, curl, openssl and python3');

const checkout = resolve(import.meta.dirname, '../..');
const example = join(checkout, 'examples/mutual-tls');
const own = {
  npx: `shift; ${process.execPath} ${join(checkout, 'cli/heddle.ts')} "$@"`,
  // In the background: what is killed is Envoy itself.
  envoy: `exec ${envoyPath()} "$@"`,
  // Whoever types is slower than an Envoy starts.
  curl: 'command curl -s -f --retry 20 --retry-delay 1 --retry-connrefused "$@"',
};

describe.skipIf(!possible)('the example of mutual TLS', () => {
  const stage = useStage();

  it('works as its README says', { timeout: 120_000 }, async () => {
    const heddle = await startHeddle(stage);
    const [port, documents] = [String(await freePort(['127.0.0.1'])), join(stage.folder(), 'documents')];
    mkdirSync(documents);
    for (const name of readdirSync(example)) {
      writeFileSync(join(documents, name), readFileSync(join(example, name), 'utf8').replaceAll('9001', port));
    }
    const commands = [...readFileSync(join(documents, 'README.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)];
    const instead: Readonly<Record<string, string>> = {
      'examples/mutual-tls': documents,
      '127.0.0.2': ownAddress(),
      '127.0.0.3': ownAddress(),
      '9902': String(await freePort(['127.0.0.1'])),
      '9903': String(await freePort(['127.0.0.1'])),
      '$PWD/.heddle': heddle.dataDirectory,
    };
    const functions = Object.entries(own).map(([name, body]) => `${name}() { ${body}; }`);
    const script = ["trap 'kill $(jobs -p)' EXIT", ...functions, ...commands.map(([, block]) => block)].join('\n');
    const placed = Object.entries(instead).reduce((text, [from, to]) => text.replaceAll(from, to), script);
    const env = heddleEnvironment({
      TMPDIR: stage.folder(),
      HEDDLE_ENDPOINT: heddle.api,
      HEDDLE_XDS_ENDPOINT: heddle.streamer,
    });
    const ran = await promisify(execFile)('bash', ['-c', placed], { cwd: checkout, env, timeout: 100_000 });
    const lines = ran.stdout.split('\n').map((line) => line.trim());
    expect(lines).toEqual(expect.arrayContaining(['red', 'refused']));
    expect(ran.stdout).toContain('DNS:color.shop, URI:spiffe://000000000000.heddle/mesh/mutual-tls/virtualNode/color');
    expect(ran.stderr).not.toMatch(/error/i);
  });
});
