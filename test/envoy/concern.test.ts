// A change costs what it touches: Envoys that it does not concern hear nothing of it, and one that comes back with what
// is still true hears nothing either. Silence is seen by what is said next.
import { beforeAll, describe, expect, it } from 'vitest';
import { simulateEnvoy } from '#streamer/xds/simulated-envoy.ts';
import type { ResourceType } from '#streamer/xds/snapshot.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { type DeltaStream, openDeltaStream, type Versions } from './fixture/delta-stream.ts';
import { apply, mesh, node, nodeId, route, router, service, shift } from './fixture/documents.ts';
import { eventually } from './fixture/eventually.ts';
import { useStage } from './fixture/stage.ts';

const routes = 'rds_egress_http_8080';
const types = ['cluster', 'listener', 'route'] as const;
type Known = Partial<Record<ResourceType, Versions>>;

describe('a change', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let color = 0;
  let shop = 0;

  // Two nodes that have nothing in common but their mesh.
  beforeAll(async () => {
    heddle = await startHeddle(stage);
    const targets = ['red', 'blue', 'shop', 'sale'].map((name, index) => node(name, { port: 9000 + index }));
    await apply(
      heddle.mesh,
      mesh(),
      ...targets,
      router('color', 8080),
      route('color', 'all', { red: 100, blue: 0 }),
      service('color.local', { router: 'color' }),
      router('shop', 8080),
      route('shop', 'all', { shop: 100, sale: 0 }),
      service('shop.local', { router: 'shop' }),
      node('painter', { backends: ['color.local'] }),
      node('customer', { backends: ['shop.local'] }),
    );
  });

  const changeColor = () => apply(heddle.mesh, shift('color', 'all', { red: 100 - ++color, blue: color }));
  const changeShop = () => apply(heddle.mesh, shift('shop', 'all', { shop: 100 - ++shop, sale: shop }));

  /** A stream that asks as Envoy does, with what it knows from before. */
  async function open(name: string, known: Known = {}): Promise<DeltaStream> {
    const stream = openDeltaStream(stage, heddle.streamer, await heddle.token(nodeId(name)), nodeId(name));
    for (const type of types) stream.ask(type, type === 'route' ? [routes] : [], known[type]);
    return stream;
  }
  async function loaded(name: string): Promise<DeltaStream> {
    const stream = await open(name);
    for (const _ of types) await stream.hear();
    return stream;
  }
  const knownBy = (stream: DeltaStream): Known =>
    Object.fromEntries(types.map((type) => [type, stream.versions(type)]));

  /** What is sent to a node from here on, by type; to streams that are yet to be opened, where it comes back. */
  function sendingTo(name: string, { back }: { readonly back: boolean }): () => readonly ResourceType[] {
    const { events } = heddle;
    const from = events.length;
    const newest = Math.max(0, ...events.map(({ stream }) => stream));
    return () =>
      events
        .slice(from)
        .filter(({ resource, stream }) => resource?.endsWith(`/${name}`) && (!back || stream > newest))
        .flatMap((event) => (event.kind === 'sent' ? [event.type] : []));
  }

  /** A stream that came back has been found to have all there is: nothing is on its way to it. */
  async function settled(): Promise<void> {
    const { events } = heddle;
    const opened = (): number => events.findLastIndex(({ kind }) => kind === 'opened');
    const from = events.length;
    await eventually(() => {
      expect(opened()).toBeGreaterThanOrEqual(from);
      expect(events.slice(opened()).map(({ kind }) => kind)).toContain('settled');
    });
  }

  it('is told to those alone whom it concerns', async () => {
    const painter = await loaded('painter');
    const customer = await loaded('customer');
    const [toPainter, toCustomer] = [sendingTo('painter', { back: false }), sendingTo('customer', { back: false })];
    await changeColor();
    expect(await painter.hear()).toEqual([routes]);
    await apply(heddle.mesh, node('idle', {}));
    await changeShop();
    expect(await customer.hear()).toEqual([routes]);
    expect(toCustomer()).toEqual(['route']);
    await changeColor();
    expect(await painter.hear()).toEqual([routes]);
    expect(toPainter()).toEqual(['route', 'route']);
    painter.close();
    customer.close();
  });

  it('is not told again to a delta stream that comes back with it', async () => {
    const before = await loaded('painter');
    await changeColor();
    expect(await before.hear()).toEqual([routes]);
    before.close();
    const told = sendingTo('painter', { back: true });
    const after = await open('painter', knownBy(before));
    await settled();
    await changeColor();
    expect(await after.hear()).toEqual([routes]);
    expect(told()).toEqual(['route']);
    after.close();
  });

  it('is told to a delta stream that comes back without it, and nothing else', async () => {
    const before = await loaded('painter');
    before.close();
    await changeColor();
    const told = sendingTo('painter', { back: true });
    const after = await open('painter', knownBy(before));
    expect(await after.hear()).toEqual([routes]);
    await changeColor();
    expect(await after.hear()).toEqual([routes]);
    expect(told()).toEqual(['route', 'route']);
    after.close();
  });

  it('is known under the same version after a restart', async () => {
    const before = await loaded('painter');
    await heddle.close();
    heddle = await startHeddle(stage);
    const told = sendingTo('painter', { back: true });
    const after = await open('painter', knownBy(before));
    await settled();
    await changeColor();
    expect(await after.hear()).toEqual([routes]);
    expect(told()).toEqual(['route']);
    expect(after.versions('cluster')).toEqual(before.versions('cluster'));
    after.close();
  });

  it('is not told again to a state of the world stream that comes back with it', async () => {
    const metadata = { authorization: `Bearer ${await heddle.token(nodeId('painter'))}` };
    const stream = (versions: Partial<Record<ResourceType, string>> = {}) => {
      const envoy = simulateEnvoy(heddle.streamer, { mode: 'sotw', node: nodeId('painter'), metadata });
      for (const type of types) {
        envoy.say(type, { versionInfo: versions[type] ?? '', resourceNames: type === 'route' ? [routes] : [] });
      }
      return envoy;
    };
    const before = stream();
    const versions: Partial<Record<ResourceType, string>> = {};
    for (const _ of types) {
      const { type, version } = await before.hear();
      versions[type] = version;
    }
    before.close();
    const told = sendingTo('painter', { back: true });
    const after = stream(versions);
    await settled();
    await changeColor();
    await after.hear();
    expect(told()).toEqual(['route']);
    after.close();
  });
});
