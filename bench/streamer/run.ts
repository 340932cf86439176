// One measurement: a server started afresh, warmed, and a number of streams of one variant of ADS upon it.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startHeddle } from './heddle.ts';
import { changes, resource } from './mesh.ts';
import { runLoad, startPeer } from './programs.ts';

export type Mode = 'sotw' | 'delta';

/** The names that streams ask for, by type. */
export type Names = Readonly<Record<string, readonly string[]>>;

/** Milliseconds, one a push; of bytes, those that one stream is sent. */
export interface Pushes {
  readonly FromAnswer: readonly number[];
  readonly FromRequest: readonly number[];
  readonly CPUFromAnswer: readonly number[];
  readonly CPUFromRequest: readonly number[];
  readonly Bytes: number;
}

/** Milliseconds, and KiB. */
export interface Found {
  readonly Configure: { readonly Wall: number; readonly CPU: number; readonly Bytes: number };
  readonly Pushes: Readonly<Record<'cluster' | 'route', Pushes>>;
  readonly Memory: { readonly Idle: number; readonly Settled: number; readonly Peak: number };
}

export interface Size {
  readonly streams: number;
  readonly mode: Mode;
  /** Pushes of each kind of change; even, so that the last one takes all back. */
  readonly pushes: number;
}

/** Streams that come and go before anything is measured. */
const warmup = 50;

/** Writes each state of the configuration, as Heddle serves it, to `states`, and answers what is asked for by name. */
export async function exportStates(folder: string, states: string): Promise<Names> {
  await using heddle = await startHeddle(join(folder, 'export'));
  const look = async (state: string): Promise<Names> => {
    const plan = { XDS: heddle.xds, Node: resource, Token: heddle.token, Export: join(states, state) };
    return (await runLoad(plan)) as Names;
  };
  const names = await look('base');
  for (const { name, there, back } of changes) {
    await heddle.ask([there]);
    await look(name);
    await heddle.ask([back]);
  }
  return names;
}

const alternating = <T>({ pushes }: Size, there: T, back: T): readonly T[] =>
  Array.from({ length: pushes }, (_, index) => (index % 2 === 0 ? there : back));

export async function runHeddle(folder: string, size: Size, names: Names): Promise<Found> {
  const data = mkdtempSync(join(folder, 'heddle-'));
  await using heddle = await startHeddle(data);
  const planned = await Promise.all(
    changes.map(async ({ name, type, there, back }) => {
      const texts = [await heddle.sign(there), await heddle.sign(back)].map((request) => request.toString('base64'));
      return { Name: name, Type: type, Requests: alternating(size, texts[0], texts[1]) };
    }),
  );
  const found = await measure(heddle, { Token: heddle.token, Changes: planned }, size, names);
  rmSync(data, { recursive: true });
  return found;
}

export async function runPeer(folder: string, states: string, size: Size, names: Names): Promise<Found> {
  await using peer = await startPeer(states, join(folder, 'peer.log'));
  const post = (state: string): string =>
    Buffer.from(`POST /${state} HTTP/1.1\r\nhost: ${peer.api}\r\ncontent-length: 0\r\n\r\n`).toString('base64');
  const planned = changes.map(({ name, type }) => ({
    Name: name,
    Type: type,
    Requests: alternating(size, post(name), post('base')),
  }));
  return await measure(peer, { Changes: planned }, size, names);
}

async function measure(
  { xds, api, pid }: { readonly xds: string; readonly api: string; readonly pid: number },
  own: object,
  { streams, mode }: Size,
  names: Names,
): Promise<Found> {
  const plan = { XDS: xds, API: api, Pid: pid, Node: resource, Names: names, Mode: mode, Streams: streams };
  return (await runLoad({ ...plan, Warmup: warmup, ...own })) as Found;
}
