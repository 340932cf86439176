// Every golden case: what a user would write gives what an operator would see in Envoy, byte for byte.
// And what holds for any mesh at all.
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { encode } from '#streamer/envoy/encode.ts';
import { print } from '#streamer/envoy/print.ts';
import { affected } from '#streamer/graph/affected.ts';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import { proxiesOf, randomChange, randomMesh } from '#test/random-mesh.ts';
import { expectedFile, goldenCases, render } from '#tools/golden/render.ts';

describe('a golden mesh', () => {
  it.each(goldenCases())('%s gives the expected configuration', (name) => {
    const file = expectedFile(name);
    const expected = existsSync(file) ? readFileSync(file, 'utf8') : 'nothing yet: npm run golden writes it';
    expect(render(name)).toBe(expected);
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
