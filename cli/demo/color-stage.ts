// Sets the Color App up on one host: control plane, documents, applications, one Envoy beside each, until it answers.
import { Failure } from '../failure.ts';
import { type Application, startColor, startTeller } from './applications.ts';
import { type ColorProxy, colorProxies, createColorApp, frontProxy, paintHost } from './color-app.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { startEnvoy } from './envoy.ts';
import { freePort, hasAddress } from './free-port.ts';
import { until } from './patience.ts';
import type { Stage } from './stage.ts';
import { ask } from './traffic.ts';

export interface RunningColorApp {
  readonly controlPlane: ControlPlane;
  /** Where the mesh takes requests from outside. */
  readonly front: URL;
}

interface Ports {
  readonly listener: number;
  readonly egress: number;
}

export async function startColorApp(stage: Stage, binary: string): Promise<RunningColorApp> {
  await checkAddresses();
  const ports = await choosePorts();
  const of = (proxy: ColorProxy): Ports => ports.get(proxy.name) ?? { listener: 0, egress: 0 };
  const controlPlane = await startControlPlane(stage);
  await createColorApp(controlPlane.client, new Map(colorProxies.map((proxy) => [proxy.port, of(proxy).listener])));
  for (const proxy of colorProxies) {
    const application = await startApplication(proxy, of(proxy));
    if (application !== undefined) stage.defer(() => application.close());
  }
  await Promise.all(
    colorProxies.map((proxy) =>
      startEnvoy(stage, controlPlane, { binary, proxy, port: of(proxy).listener, egressPort: of(proxy).egress }),
    ),
  );
  const front = new URL(`http://${frontProxy.bind}:${of(frontProxy).listener}/`);
  await until('the first answer of the mesh', stage.signal, () => answers(front));
  return { controlPlane, front };
}

// Each proxy has an address of its own, because a caller finds a node at its discovery name and its listener's port.
async function checkAddresses(): Promise<void> {
  for (const { bind } of colorProxies) {
    if (!(await hasAddress(bind))) {
      throw new Failure(`the demo needs the address ${bind} on this machine (macOS: sudo ifconfig lo0 alias ${bind})`);
    }
  }
}

async function choosePorts(): Promise<ReadonlyMap<string, Ports>> {
  const taken = new Set<number>();
  const chosen = new Map<string, Ports>();
  for (const { name, bind, port } of colorProxies) {
    const listener = await freePort([...new Set(['127.0.0.1', bind])], port, taken);
    taken.add(listener);
    const egress = await freePort([bind], 15_001, taken);
    taken.add(egress);
    chosen.set(name, { listener, egress });
  }
  return chosen;
}

function startApplication({ name, bind }: ColorProxy, ports: Ports): Promise<Application | undefined> {
  if (name === 'front') return Promise.resolve(undefined);
  if (name !== 'teller') return startColor(name, ports.listener);
  return startTeller({ port: ports.listener, egress: { host: bind, port: ports.egress }, service: paintHost });
}

async function answers(front: URL): Promise<boolean> {
  try {
    await ask(front);
    return true;
  } catch {
    // Envoys are still getting to know each other; this request counts for nothing.
    return false;
  }
}
