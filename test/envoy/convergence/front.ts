// Traffic that runs through a real Envoy while the mesh behind it changes: the application `front` speaks to its Envoy,
// and no request of its may fail.
import { Agent } from 'node:http';
import { beforeAll, expect, it } from 'vitest';
import type { Seen } from '../fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from '../fixture/control-plane.ts';
import { apply, nodeId, type Step } from '../fixture/documents.ts';
import { type RunningEnvoy, startEnvoy } from '../fixture/envoy.ts';
import { eventually } from '../fixture/eventually.ts';
import { request } from '../fixture/request.ts';
import { type Stage, useStage } from '../fixture/stage.ts';
import { startTraffic } from '../fixture/traffic.ts';

export type Mode = 'delta' | 'sotw';
export const modes: readonly Mode[] = ['delta', 'sotw'];

export interface Flow {
  /** Waits until the newest requests were answered by these and nobody else. */
  comesFrom(...names: readonly string[]): Promise<void>;
  /** Waits until so many more were answered. */
  goesOn(requests?: number): Promise<void>;
  /** Stops, and fails if any request did. */
  ends(): Promise<void>;
}

export interface Front {
  readonly stage: Stage;
  heddle(): EmbeddedControlPlane;
  envoy(): RunningEnvoy;
  change(...steps: readonly Step[]): Promise<void>;
  /** The status with which a service answers. */
  status(host: string): Promise<number>;
  /** Traffic to a service from now on, on lasting connections and on new ones. */
  flow(host: string, port?: number): Flow;
}

const enough = 20;

/** `resource` is the Envoy's (of node `front` unless it is told), `ports` are those of its listeners. */
export function useFront(
  mode: Mode,
  prepare: (stage: Stage) => Promise<readonly Step[]>,
  { resource = nodeId('front'), ports = [] as readonly number[] } = {},
): Front {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let envoy: RunningEnvoy;

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    await apply(heddle.mesh, ...(await prepare(stage)));
    envoy = await startEnvoy(stage, heddle, { resource, mode, ports });
  });

  const ask = (host: string, port = envoy.egressPort, agent?: Agent) =>
    request({ host: envoy.address, port, headers: { host }, ...(agent && { agent }) });

  return {
    stage,
    heddle: () => heddle,
    envoy: () => envoy,
    change: (...steps) => apply(heddle.mesh, ...steps),
    status: async (host) => (await ask(host)).status,
    flow(host, port) {
      const agent = new Agent({ keepAlive: true });
      stage.defer(() => agent.destroy());
      let count = 0;
      const traffic = startTraffic(stage, async () => {
        count += 1;
        const { status, body } = await ask(host, port, count % 2 === 0 ? agent : undefined);
        if (status !== 200) throw new Error(`${status}: ${body}`);
        return (JSON.parse(body) as Seen).name;
      });
      const goesOn = async (requests = enough): Promise<void> => {
        const from = traffic.answered() + traffic.failures.length;
        await eventually(() => {
          expect(traffic.answered() + traffic.failures.length).toBeGreaterThanOrEqual(from + requests);
        });
      };
      return {
        comesFrom: (...names) =>
          eventually(() => expect([...new Set(traffic.newest(enough))].sort()).toEqual([...names].sort())),
        goesOn,
        async ends() {
          await goesOn();
          await traffic.stop();
          expect(counted(traffic.failures)).toEqual({});
        },
      };
    },
  };
}

/** How often each was seen. */
function counted(failures: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const failure of failures) counts[failure] = (counts[failure] ?? 0) + 1;
  return counts;
}

/** The last test of a suite. */
export function itWasConfiguredWithoutRefusal({ heddle }: Front): void {
  it('was configured without a refusal', () => {
    expect(heddle().events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle().troubles).toEqual([]);
  });
}
