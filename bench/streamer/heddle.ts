// Heddle as it is published, with the mesh that is measured: the bundle, one process, SQLite in a folder of its own.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openSigningKey } from '#identity/signing-key.ts';
import { createIssuer } from '#identity/token.ts';
import { type Keys, type Plain, signerFor } from '../api/signed-request.ts';
import { load } from '../api/wire-load.ts';
import { freePort } from '../fleet.ts';
import { type ControlPlane, startChild } from './child.ts';
import { account, meshRequests, resource } from './mesh.ts';

export interface Heddle extends ControlPlane {
  readonly token: string;
  sign(plain: Plain): Promise<Buffer>;
  /** Sends requests, eight at once. */
  ask(requests: readonly Plain[]): Promise<void>;
}

const bundle = resolve(process.env.BENCH_BUNDLE ?? resolve(import.meta.dirname, '../../dist/heddle.mjs'));

// Loaded before Heddle's own code, so that its garbage can be collected from outside, as the peer's can. The last
// resort gives freed pages back to the system, as Go's FreeOSMemory does: what is left is memory that is needed.
const collect = `data:text/javascript,${encodeURIComponent(
  `process.on('SIGUSR2', () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }));`,
)}`;

export async function startHeddle(folder: string): Promise<Heddle> {
  const [xdsPort, apiPort] = [await freePort(), await freePort()];
  const addresses = { xds: `127.0.0.1:${xdsPort}`, api: `127.0.0.1:${apiPort}` };
  const extra = (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
  const child = await startChild(
    [process.execPath, '--expose-gc', '--import', collect, ...extra, bundle, 'serve'],
    addresses,
    {
      HEDDLE_DATA_DIR: folder,
      HEDDLE_API_ADDR: addresses.api,
      HEDDLE_XDS_ADDR: addresses.xds,
      HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
      HEDDLE_ENVOYS_PER_NODE: '0',
    },
    join(folder, '..', 'heddle.log'),
  );
  const [keys] = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8')) as readonly Keys[];
  if (keys === undefined) throw new Error('Heddle made no administrator');
  const target = { host: '127.0.0.1', port: apiPort };
  const sign = signerFor(target, keys);
  const ask = async (requests: readonly Plain[]): Promise<void> => {
    await load(target, await Promise.all(requests.map(sign)), 8);
  };
  for (const requests of meshRequests()) await ask(requests);
  const { token } = await createIssuer(await openSigningKey(folder)).issue({
    resource,
    accountId: account,
    principal: 'bench',
    lifetimeSeconds: 3600,
    now: Date.now(),
  });
  return { ...child, token, sign, ask };
}
