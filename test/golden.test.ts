// Every golden case: what a user would write gives what an operator would see in Envoy, byte for byte.
// And what holds for any mesh at all.
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { encode } from '#streamer/envoy/encode.ts';
import { resourcesAsJson } from '#streamer/envoy/json.ts';
import { print } from '#streamer/envoy/print.ts';
import { affected } from '#streamer/graph/affected.ts';
import type { ProxyGraph } from '#streamer/graph/graph.ts';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import { proxiesOf, randomChange, randomMesh } from '#test/random-mesh.ts';
import { expectedFile, goldenCases, render, translations } from '#tools/golden/render.ts';

/** `KIND NAME` of whatever a value asks for over the same stream. */
function named(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(named);
  if (typeof value !== 'object' || value === null) return [];
  const { name, sdsConfig, routeConfigName, cluster } = value as Readonly<Record<string, unknown>>;
  return [
    ...(typeof sdsConfig === 'object' && sdsConfig !== null && 'ads' in sdsConfig ? [`secrets ${name}`] : []),
    ...(typeof routeConfigName === 'string' ? [`routes ${routeConfigName}`] : []),
    ...(typeof cluster === 'string' ? [`clusters ${cluster}`] : []),
    ...Object.values(value).flatMap(named),
  ];
}

/** What is named and not told: Envoy would wait for it. */
function missing(graph: ProxyGraph): readonly string[] {
  const resources = resourcesAsJson(print(graph));
  const told = Object.entries(resources).flatMap(([kind, all]) => {
    return (all as readonly { readonly name?: string }[]).map(({ name }) => `${kind} ${name}`);
  });
  return named(resources).filter((one) => !told.includes(one));
}

describe('a golden mesh', () => {
  it.each(goldenCases())('%s gives the expected configuration', (name) => {
    const file = expectedFile(name);
    const expected = existsSync(file) ? readFileSync(file, 'utf8') : 'nothing yet: npm run golden writes it';
    expect(render(name)).toBe(expected);
  });

  it.each(goldenCases())('%s names nothing that is not told', (name) => {
    for (const [proxy, { graph }] of translations(name)) expect(missing(graph), proxy).toEqual([]);
  });
});

describe('any mesh', () => {
  const bytesOf = (mesh: MeshState, proxy: Key) => {
    const { graph, report } = proxyGraph(mesh, proxy, {});
    const versions = Object.entries(encode(print(graph))).map(([type, resources]) => {
      return [type, [...resources].map(([name, { version }]) => [name, version])];
    });
    return JSON.stringify([versions, report]);
  };

  it('is translated, whatever its documents hold, and alike each time', () => {
    const again = (mesh: MeshState) => ({ ...mesh, resources: mesh.resources.map((resource) => ({ ...resource })) });
    fc.assert(
      fc.property(randomMesh, (mesh) => {
        for (const proxy of proxiesOf(mesh)) expect(bytesOf(again(mesh), proxy)).toBe(bytesOf(mesh, proxy));
      }),
    );
  });

  it('names nothing that its proxies are not told', () => {
    fc.assert(
      fc.property(randomMesh, (mesh) => {
        for (const proxy of proxiesOf(mesh)) expect(missing(proxyGraph(mesh, proxy, {}).graph), proxy).toEqual([]);
      }),
    );
  });

  it('that changes keeps the configuration of all whom the change does not concern', () => {
    fc.assert(
      fc.property(randomChange, ({ before, after, changed }) => {
        const concerned = affected(before, after, [changed]);
        for (const proxy of proxiesOf(after)) {
          if (concerned === 'all' || concerned.has(proxy)) continue;
          expect(bytesOf(after, proxy)).toBe(bytesOf(before, proxy));
        }
      }),
      { numRuns: 300 },
    );
  });
});
