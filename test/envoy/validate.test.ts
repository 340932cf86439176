// The real Envoy takes what every golden case gives: the same graphs as one static bootstrap, in `--mode validate`.
// So do random meshes, whatever their documents hold.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrapAsJson } from '#streamer/envoy/json.ts';
import { staticBootstrap } from '#streamer/envoy/static.ts';
import { proxyGraph, type Translation } from '#streamer/graph/proxy.ts';
import { proxiesOf, randomMesh } from '#test/random-mesh.ts';
import { envoyPath } from '#test/setup/tools.ts';
import { goldenCases, translations } from '#tools/golden/render.ts';

const envoy = envoyPath();
const run = promisify(execFile);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-validate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Envoy's complaint, or undefined. */
async function complaint({ graph }: Translation): Promise<string | undefined> {
  const file = join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify(bootstrapAsJson(staticBootstrap(graph))));
  try {
    await run(String(envoy), ['--mode', 'validate', '-l', 'error', '-c', file]);
    return undefined;
  } catch (error) {
    return String((error as { readonly stderr?: unknown }).stderr ?? error);
  }
}

describe.skipIf(envoy === undefined)('Envoy', () => {
  it.each(goldenCases())('takes %s', async (name) => {
    for (const [proxy, translation] of translations(name)) {
      expect(await complaint(translation), proxy).toBeUndefined();
    }
  });

  it('takes what random meshes give', async () => {
    for (const mesh of fc.sample(randomMesh, { numRuns: 12, seed: 7 })) {
      for (const proxy of proxiesOf(mesh).slice(0, 3)) {
        expect(await complaint(proxyGraph(mesh, proxy, {})), proxy).toBeUndefined();
      }
    }
  }, 120_000);
});
