// What a golden case expects: the configuration of its proxies as YAML, from the documents in its folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { fitting, knownFrom } from '#events/instances.ts';
import type { Key } from '#events/names.ts';
import { list, type MeshState } from '#events/state.ts';
import { resourcesAsJson } from '#streamer/envoy/json.ts';
import { print } from '#streamer/envoy/print.ts';
import { type Placement, readPlacement } from '#streamer/graph/placement.ts';
import { proxyGraph, type Translation } from '#streamer/graph/proxy.ts';
import type { Surroundings } from '#streamer/graph/surroundings.ts';
import { meshFrom } from './mesh.ts';

export const goldenFolder = resolve(import.meta.dirname, '../../test/golden');

/** The names of the cases, which are the features. */
export function goldenCases(): readonly string[] {
  return readdirSync(goldenFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export const expectedFile = (name: string): string => join(goldenFolder, name, 'envoy.yaml');

/** The proxies of a case with what each is told: those in `proxies.yaml`, or every node and gateway of the mesh. */
export function translations(name: string): ReadonlyMap<Key, Translation> {
  const mesh = meshFrom(readFileSync(join(goldenFolder, name, 'mesh.yaml'), 'utf8'));
  return new Map(
    proxies(name, mesh).map(({ proxy, placement, surroundings }) => {
      return [proxy, proxyGraph(mesh, proxy, placement, surroundings)];
    }),
  );
}

/** The expected file's text: canonical JSON of every resource, written as YAML. */
export function render(name: string): string {
  const shown = [...translations(name)].map(([proxy, { graph, report }]) => {
    return [proxy, { ...resourcesAsJson(print(graph)), report }] as const;
  });
  const head = '# Written by `npm run golden`, reviewed as text.\n';
  return head + stringify(Object.fromEntries(shown), { lineWidth: 0, aliasDuplicateObjects: false });
}

interface Chosen {
  readonly proxy: Key;
  readonly placement: Placement;
  readonly surroundings: Surroundings;
}

/**
 * `heddle` as it stands in the node's metadata; names with their addresses; Cloud Map services (`NAMESPACE/SERVICE`) with
 * the attributes of each of their instances.
 */
interface Row {
  readonly proxy: Key;
  readonly heddle?: unknown;
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
  readonly zone?: string;
  readonly instances?: Registered;
}

type Registered = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

function proxies(name: string, mesh: MeshState): readonly Chosen[] {
  const file = join(goldenFolder, name, 'proxies.yaml');
  if (!existsSync(file)) {
    const nodes = list(mesh, 'virtualNode').map((node) => `virtualNode/${node.name}`);
    const gateways = list(mesh, 'virtualGateway').map((gateway) => `virtualGateway/${gateway.name}`);
    return [...gateways, ...nodes].map((proxy) => ({
      proxy,
      placement: {},
      surroundings: { instances: registryOf({}) },
    }));
  }
  const rows = parse(readFileSync(file, 'utf8')) as readonly Row[];
  return rows.map(({ proxy, heddle, addresses, zone, instances = {} }) => {
    const placement = readPlacement(heddle);
    if ('fault' in placement) throw new Error(`${file}: ${placement.fault}`);
    const surroundings: Surroundings = {
      addresses: (host) => addresses?.[host] ?? [],
      instances: registryOf(instances),
    };
    return { proxy, placement: { ...placement, ...(zone !== undefined && { zone }) }, surroundings };
  });
}

/** Answers as a registry that has these and no others; the instances are called i-1, i-2 … */
function registryOf(registered: Registered): NonNullable<Surroundings['instances']> {
  return (query) => {
    const service = `${query.namespaceName}/${query.serviceName}`;
    const instances = registered[service]?.map((attributes, index) => ({ id: `i-${index + 1}`, attributes }));
    if (instances === undefined) return knownFrom({ none: `there is no service ${service}` });
    return knownFrom({ instances: fitting(instances, query.attributes) });
  };
}
