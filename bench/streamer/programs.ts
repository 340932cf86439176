// The two programs of bench/peers as processes: the server on go-control-plane's snapshot cache, and the load that both
// servers are measured with.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../fleet.ts';
import { type ControlPlane, on, startChild } from './child.ts';
import { buildPeers } from './go.ts';

const programs = buildPeers();

/** The peer, serving the states of a folder; POST /STATE changes to another. */
export async function startPeer(states: string, logFile: string): Promise<ControlPlane> {
  const addresses = { xds: `127.0.0.1:${await freePort()}`, api: `127.0.0.1:${await freePort()}` };
  const command = ['-states', states, '-xds', addresses.xds, '-control', addresses.api];
  return await startChild([join(programs, 'go-control-plane'), ...command], addresses, {}, logFile);
}

/** Runs the load, on a processor of its own, and answers what it found. */
export async function runLoad(plan: object): Promise<unknown> {
  const [program = '', ...parameters] = on(1, [join(programs, 'load')]);
  const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((done) => child.once('close', done).once('error', () => done(null)));
  child.stdin.end(JSON.stringify(plan));
  const found = await text(child.stdout);
  if ((await closed) !== 0) throw new Error('the load ended early');
  return JSON.parse(found);
}
