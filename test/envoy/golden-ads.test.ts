// A real Envoy takes what every golden case gives over its stream, one case after the other, by delta and as the state of
// the world: everything is acknowledged and nothing refused.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encode } from '#streamer/envoy/encode.ts';
import { print } from '#streamer/envoy/print.ts';
import type { ProxyGraph } from '#streamer/graph/graph.ts';
import { createView } from '#streamer/xds/fixture.ts';
import { createXdsServer } from '#streamer/xds/server.ts';
import type { StreamEvent } from '#streamer/xds/status.ts';
import { goldenCases, translations } from '#tools/golden/render.ts';
import { envoyPath } from '../setup/tools.ts';
import { launchEnvoy, ownAddress } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { type Ground, grounded, prepareGround } from './fixture/grounded.ts';
import { pairSecret, startSdsServer, trustSecret } from './fixture/sds-server.ts';
import { useStage } from './fixture/stage.ts';

describe.skipIf(envoyPath() === undefined).each(['delta', 'sotw'] as const)('over a stream (%s) Envoy', (mode) => {
  const stage = useStage();
  const events: StreamEvent[] = [];
  const view = createView();
  let ground: Ground;
  let acknowledged: () => number | undefined;

  let sequence = 0;
  function show(graph: ProxyGraph): void {
    sequence += 1;
    view.show({ sequence, resources: encode(print(grounded(graph, ground))) });
  }

  beforeAll(async () => {
    ground = prepareGround(join(stage.folder(), 'ground'), ownAddress());
    const server = createXdsServer({
      admission: { admit: async () => ({ resource: 'golden', view, release: () => {} }) },
      onEvent: (event) => void events.push(event),
    });
    stage.defer(() => server.close(0));
    const [streamer = ''] = await server.listen(['127.0.0.1:0']);
    acknowledged = () => server.streams()[0]?.sequence?.acked;

    const { certificates, trusts } = socketNames();
    const sdsSocket = join(stage.folder(), 'sds.sock');
    await startSdsServer(stage, sdsSocket, [
      ...certificates.map((name) => pairSecret(name, ground.pair)),
      ...trusts.map((name) => trustSecret(name, ground.pair.certificateChain)),
    ]);
    const heddle = { streamer, token: async () => 'nobody asks' };
    await launchEnvoy(stage, heddle, { resource: 'mesh/m/virtualNode/golden', mode, sdsSocket });
  }, 60_000);

  it.each(goldenCases())(
    'takes %s',
    async (name) => {
      for (const [proxy, { graph }] of translations(name)) {
        events.length = 0;
        show(graph);
        await eventually(() => {
          expect(events.filter(({ kind }) => kind === 'nacked')).toEqual([]);
          expect(acknowledged(), proxy).toBe(sequence);
        });
      }
    },
    60_000,
  );
});

/** The names that the golden cases ask an SDS server for. */
function socketNames(): { readonly certificates: readonly string[]; readonly trusts: readonly string[] } {
  const graphs = goldenCases().flatMap((name) => [...translations(name).values()].map(({ graph }) => graph));
  const used = graphs.flatMap(({ listeners, clusters }) => [
    ...listeners.flatMap(({ chains }) =>
      chains.flatMap(({ tls }) => (tls ? [[tls.certificate, tls.clients?.trust]] : [])),
    ),
    ...clusters.flatMap((cluster) =>
      cluster.kind === 'node' ? [[cluster.tls?.certificate, cluster.tls?.validation?.trust]] : [],
    ),
  ]);
  const names = (index: number): readonly string[] => [
    ...new Set(used.flatMap((pair) => (pair[index]?.kind === 'socket' ? [pair[index].name] : []))),
  ];
  return { certificates: names(0), trusts: names(1) };
}
