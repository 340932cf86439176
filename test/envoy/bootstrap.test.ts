// Every kind of bootstrap that Heddle prints, read by a real Envoy.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type BootstrapOptions, bootstrap, tokenFileText } from '#agent/bootstrap.ts';
import { envoyPath } from '../setup/tools.ts';

const envoy = envoyPath();
const folder = mkdtempSync(join(tmpdir(), 'heddle-bootstrap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, tokenFileText('eyJ.x.y'));

const least: BootstrapOptions = {
  resource: 'arn:aws:appmesh:us-east-1:000000000000:mesh/m/virtualNode/a',
  streamer: { host: '127.0.0.1', port: 18_000 },
  token: { file: tokenFile },
};
const most: BootstrapOptions = {
  ...least,
  adminPort: 9901,
  sdsSocket: join(folder, 'sds.sock'),
  locality: { region: 'us-east-1', zone: 'us-east-1a' },
  placement: { bind: '127.0.0.3', egressPort: 15_002, inbound: { '8080': 18_080 } },
};

describe.skipIf(envoy === undefined)('Envoy accepts a bootstrap', () => {
  it.each<[string, BootstrapOptions]>([
    ['with the token in a file', least],
    ['with the token inline', { ...least, token: { inline: 'eyJ.x.y' } }],
    ['with all that can be asked for', most],
    ['over a unix socket', { ...least, streamer: { path: join(folder, 'xds.sock') } }],
    ['to a name', { ...least, streamer: { host: 'localhost', port: 18_000 } }],
  ])('%s', (_, options) => {
    const file = join(folder, 'bootstrap.json');
    writeFileSync(file, JSON.stringify(bootstrap(options)));
    const { status, stderr } = spawnSync(envoy ?? '', ['--mode', 'validate', '-c', file], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});
