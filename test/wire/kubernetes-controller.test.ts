// The calls of the App Mesh controller for Kubernetes, in its order: it describes before it makes, compares what is
// there with what is wanted, touches only what its own account owns, and takes a router's routes away before the router.
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, benchOf } from '#test/suites/api/bench.ts';
import { account } from '#test/suites/api/principals.ts';
import { capital, colorStack, type StackResource } from './color-stack.ts';
import { startEmbedded } from './embedded.ts';
import { documentIn, type SdkCall, type SdkDocument, sdkCalls } from './sdk-call.ts';

interface RouteRef {
  readonly routeName: string;
  readonly meshOwner: string;
}

describe('the controller for Kubernetes', () => {
  let bench: Bench;
  let calls: string[];
  let call: SdkCall;
  let meshName: string;
  beforeAll(async () => {
    bench = benchOf(await startEmbedded());
  });
  afterAll(() => bench.close());
  beforeEach(() => {
    meshName = bench.name();
    calls = [];
    const send = sdkCalls(bench);
    call = (operation, input) => {
      calls.push(operation);
      return send(operation, input);
    };
  });

  /** The document, or undefined when it is not there: the only refusal that the controller expects. */
  async function find(kind: string, names: object): Promise<SdkDocument | undefined> {
    try {
      return documentIn(await call(`Describe${kind}`, { ...names, meshOwner: account }));
    } catch (error) {
      if (error instanceof Error && error.name === 'NotFoundException') return undefined;
      throw error;
    }
  }

  async function reconcile(kind: string, names: object, spec: object): Promise<SdkDocument> {
    const input = { ...names, meshOwner: account, spec };
    const found = await find(kind, names);
    if (found === undefined) return documentIn(await call(`Create${kind}`, input));
    if (isDeepStrictEqual(found.spec, spec)) return found;
    expect(found.metadata.resourceOwner).toBe(account);
    return documentIn(await call(`Update${kind}`, input));
  }

  /** The routes of a router follow the router's own resource: listed, then made, changed or taken away. */
  async function reconcileRoutes(virtualRouterName: string, wanted: ReadonlyMap<string, object>): Promise<void> {
    const at = { meshName, virtualRouterName };
    const { routes } = await call('ListRoutes', { ...at, meshOwner: account });
    const there = routes as readonly RouteRef[];
    for (const [routeName, spec] of wanted) {
      if (!there.some((one) => one.routeName === routeName)) {
        await call('CreateRoute', { ...at, meshOwner: account, routeName, spec });
      }
    }
    for (const { routeName, meshOwner } of there) {
      const route = documentIn(await call('DescribeRoute', { ...at, meshOwner, routeName }));
      const spec = wanted.get(routeName);
      const owner = route.metadata.meshOwner;
      if (spec === undefined) await call('DeleteRoute', { ...at, meshOwner: owner, routeName });
      else if (!isDeepStrictEqual(route.spec, spec)) {
        await call('UpdateRoute', { ...at, meshOwner: owner, routeName, spec });
      }
    }
  }

  const others = colorStack.filter(({ kind }) => kind !== 'route');
  const routesOf = (member: 'spec' | 'changed') =>
    new Map(colorStack.filter(({ kind }) => kind === 'route').map((one) => [one.names.routeName ?? '', one[member]]));
  const names = (resource: StackResource) => ({ meshName, ...resource.names });

  async function reconcileAll(member: 'spec' | 'changed'): Promise<readonly SdkDocument[]> {
    await call('DescribeMesh', { meshName }).catch((error: Error) => {
      expect(error.name).toBe('NotFoundException');
      return call('CreateMesh', { meshName, spec: { egressFilter: { type: 'DROP_ALL' } } });
    });
    const documents: SdkDocument[] = [];
    for (const resource of others) {
      documents.push(await reconcile(capital(resource.kind), names(resource), resource[member]));
      if (resource.kind === 'virtualRouter') await reconcileRoutes('color', routesOf(member));
    }
    return documents;
  }

  test('makes everything once; the next round only looks', async () => {
    const made = await reconcileAll('spec');
    expect(made.map(({ status }) => status.status)).toEqual(made.map(() => 'ACTIVE'));
    const before = calls.length;
    expect(await reconcileAll('spec')).toEqual(made);
    expect(calls.slice(before).filter((operation) => !/^(Describe|List)/.test(operation))).toEqual([]);
  });

  test('follows changes, resource by resource', async () => {
    await reconcileAll('spec');
    const changed = await reconcileAll('changed');
    expect(changed.map(({ spec }) => spec)).toEqual(others.map((resource) => resource.changed));
    expect(changed.map(({ metadata }) => metadata.version)).toEqual(changed.map(() => 2));
    const route = await find('Route', { meshName, virtualRouterName: 'color', routeName: 'all' });
    expect(route?.spec).toEqual(routesOf('changed').get('all'));
  });

  test('cleans up: what is not there is no error, a router goes after its routes', async () => {
    await reconcileAll('spec');
    for (let round = 0; round < 2; round += 1) {
      for (const resource of others.toReversed()) {
        const kind = capital(resource.kind);
        const found = await find(kind, names(resource));
        if (found === undefined) continue;
        expect(found.metadata.resourceOwner).toBe(account);
        if (resource.kind === 'virtualRouter') await reconcileRoutes('color', new Map());
        await call(`Delete${kind}`, { ...names(resource), meshOwner: found.metadata.meshOwner });
      }
    }
    await call('DeleteMesh', { meshName });
    await expect(call('DescribeMesh', { meshName })).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  test('makes a node before the service that it calls: a backend need not be there', async () => {
    await call('CreateMesh', { meshName });
    const front = others.find(({ names: { virtualNodeName } }) => virtualNodeName === 'front');
    if (front === undefined) return expect.fail('no front');
    await reconcile('VirtualNode', names(front), front.spec);
    const service = others.find(({ kind }) => kind === 'virtualService');
    if (service === undefined) return expect.fail('no service');
    await expect(reconcile('VirtualService', names(service), service.spec)).rejects.toMatchObject({
      name: 'BadRequestException',
    });
  });
});
