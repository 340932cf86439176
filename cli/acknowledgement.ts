// Waiting until every connected Envoy that a resource concerns runs a version of its mesh: what `heddle wait` and
// `heddle apply --wait` do.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { type EnvoyStatus, fleetStatus, refusalsOf, shortName } from './fleet-status.ts';

export interface Awaited {
  readonly resource: string;
  /** The newest of when the waiting begins, if it is left out. */
  readonly sequence?: number | undefined;
  readonly timeoutMs: number;
  /** Only Envoys of these nodes and gateways (ARNs), where not all are waited for. */
  readonly only?: ReadonlySet<string> | undefined;
}

export interface Acknowledgement {
  readonly resource: string;
  /** Missing when no Envoy was behind and no sequence was asked for. */
  readonly sequence?: number;
  /** Who has not acknowledged when time ran out; empty when all have. */
  readonly waiting: readonly EnvoyStatus[];
}

const poll = 250;

/** Ends when all have acknowledged, or when time has run out; `told` hears how many are waited for, when that changes. */
export async function acknowledgement(
  client: Client,
  { resource, sequence: asked, timeoutMs, only }: Awaited,
  told: (waiting: number) => void = () => {},
): Promise<Acknowledgement> {
  const end = performance.now() + timeoutMs;
  let sequence = asked;
  for (let last = 0; ; ) {
    const behind = await fleetStatus(client, { resource, below: sequence ?? 'newest' });
    const waiting = only === undefined ? behind : behind.filter((envoy) => only.has(envoy.resource));
    sequence ??= waiting[0]?.newest;
    const outcome = { resource, ...(sequence !== undefined && { sequence }), waiting };
    if (waiting.length === 0 || performance.now() >= end) return outcome;
    const count = waiting.reduce((sum, { unlisted = 0 }) => sum + 1 + unlisted, 0);
    if (count !== last) told(count);
    last = count;
    await sleep(Math.max(0, Math.min(poll, end - performance.now())));
  }
}

/** How many are waited for, for people. */
export const waitedForText = (count: number): string => `waiting for ${count} ${count === 1 ? 'Envoy' : 'Envoys'}\n`;

/** Who has not acknowledged, for people: a line an Envoy, and one for each refusal that stands. */
export function waitingText({ sequence, waiting }: Acknowledgement): string {
  const lines = waiting.flatMap((envoy) => {
    const { resource, address, sequence: runs, unlisted = 0 } = envoy;
    const at = runs === undefined ? 'has acknowledged nothing yet' : `runs ${runs}`;
    const more = unlisted > 0 ? [`  and ${unlisted} more of ${shortName(resource)}`] : [];
    return [`  ${shortName(resource)} at ${address} ${at}`, ...refusalsOf(envoy).map((text) => `    ${text}`), ...more];
  });
  const newest = waiting[0]?.newest;
  const beyond =
    sequence !== undefined && newest !== undefined && sequence > newest ? ` (its newest is ${newest})` : '';
  return [`these have not acknowledged sequence ${sequence} of the mesh${beyond}:`, ...lines].join('\n');
}
