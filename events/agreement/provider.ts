// What stands behind a virtual service: its provider, a node or a router, if it is there.
import type { Specs } from '../spec.ts';
import { find, type MeshState, type Resource } from '../state.ts';

export function providerOf(
  mesh: MeshState,
  { provider }: Specs['virtualService'],
): Resource<'virtualNode'> | Resource<'virtualRouter'> | undefined {
  const { virtualNode: node, virtualRouter: router } = provider ?? {};
  return node === undefined
    ? find(mesh, 'virtualRouter', router?.virtualRouterName ?? '')
    : find(mesh, 'virtualNode', node.virtualNodeName);
}
