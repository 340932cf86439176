// What a document names must be there, and what is named cannot be deleted. A backend is the one exception: a node may
// name a service that does not exist yet (App Mesh guide, "Backends"), and does not hold it.
import { describe, expect, test } from 'vitest';
import { usersOf } from '#events/state.ts';
import {
  create,
  type Document,
  gateway,
  gatewayRoute,
  having,
  mesh,
  meshRef,
  node,
  remove,
  route,
  router,
  serviceOfNode,
  serviceOfRouter,
  update,
} from './documents.ts';
import { given } from './given.ts';

const target = (index: number) => `spec.httpRoute.action.weightedTargets[${index}].virtualNode`;

/** A route or gateway route of the same document under another protocol. */
function under(protocol: 'http2Route' | 'grpcRoute' | 'tcpRoute', document: Document<'route'>): Document<'route'> {
  const { action } = document.spec.httpRoute ?? expect.fail('no http route');
  return { ...document, spec: { [protocol]: protocol === 'tcpRoute' ? { action } : { match: {}, action } } };
}

describe('what a document names must exist', () => {
  test('the nodes that a route sends to, each named by its place', () => {
    const world = given(mesh(), node('red'), router('paint'));
    world
      .when(create(route('paint', 'all', 'red')))
      .thenHappens([expect.objectContaining({ type: 'ResourceCreated' })]);
    world.when(create(route('paint', 'all', 'red', 'blue', 'green'))).thenInvalidAt(target(1), target(2));
  });

  test.each(['http2Route', 'grpcRoute', 'tcpRoute'] as const)('the nodes of a %s', (protocol) => {
    given(mesh(), having(router('paint'), {}))
      .when(create(under(protocol, route('paint', 'all', 'red'))))
      .thenInvalidAt(`spec.${protocol}.action.weightedTargets[0].virtualNode`);
  });

  test('the node that provides a service', () => {
    const member = 'spec.provider.virtualNode.virtualNodeName';
    given(mesh())
      .when(create(serviceOfNode('red.local', 'red')))
      .thenInvalidAt(member);
  });

  test('the router that provides a service', () => {
    const member = 'spec.provider.virtualRouter.virtualRouterName';
    given(mesh())
      .when(create(serviceOfRouter('paint.local', 'paint')))
      .thenInvalidAt(member);
  });

  test('the service that a gateway route sends to', () => {
    const member = 'spec.httpRoute.action.target.virtualService.virtualServiceName';
    given(mesh(), gateway('front'))
      .when(create(gatewayRoute('front', 'door', 'paint.local')))
      .thenInvalidAt(member);
  });

  test('after an update as well', () => {
    given(mesh(), node('red'), router('paint'), route('paint', 'all', 'red'))
      .when(update(route('paint', 'all', 'blue')))
      .thenInvalidAt(target(0));
  });

  test('but a backend may name a service that is not there yet', () => {
    const teller = node('teller', 'paint.local');
    given(mesh())
      .when(create(teller))
      .thenHappens([expect.objectContaining({ type: 'ResourceCreated', spec: teller.spec })]);
  });

  test('a service needs no provider', () => {
    const bare: Document = { ref: { kind: 'virtualService', name: 'none.local' }, spec: {} };
    given(mesh())
      .when(create(bare))
      .thenHappens([expect.objectContaining({ type: 'ResourceCreated' })]);
  });
});

describe('a parent must exist', () => {
  test('the router of a route', () => {
    given(mesh(), node('red'))
      .when(create(route('paint', 'all', 'red')))
      .thenRefused({ refused: 'not-found', what: 'virtualRouter paint of mesh colors' });
  });

  test('the gateway of a gateway route', () => {
    given(mesh(), node('red'), serviceOfNode('red.local', 'red'))
      .when(create(gatewayRoute('front', 'door', 'red.local')))
      .thenRefused({ refused: 'not-found', what: 'virtualGateway front of mesh colors' });
  });

  test('a route of another router is another route', () => {
    given(mesh(), node('red'), router('paint'), router('draw'), route('paint', 'all', 'red'))
      .when(create(route('draw', 'all', 'red')))
      .thenHappens([expect.objectContaining({ type: 'ResourceCreated' })]);
  });
});

describe('what is in use cannot be deleted, and its users are named', () => {
  test('a node by the routes that send to it and the services that it provides', () => {
    given(mesh(), node('red'), router('paint'), route('paint', 'all', 'red'), serviceOfNode('red.local', 'red'))
      .when(remove({ kind: 'virtualNode', name: 'red' }))
      .thenRefused({
        refused: 'in-use',
        what: 'virtualNode red of mesh colors',
        users: ['virtualRouter/paint/route/all', 'virtualService/red.local'],
      });
  });

  test('a router by its routes and the services that it provides', () => {
    given(mesh(), node('red'), router('paint'), route('paint', 'all', 'red'), serviceOfRouter('paint.local', 'paint'))
      .when(remove({ kind: 'virtualRouter', name: 'paint' }))
      .thenRefused({
        refused: 'in-use',
        users: ['virtualRouter/paint/route/all', 'virtualService/paint.local'],
      });
  });

  test('a gateway by its gateway routes, a service by the gateway routes that send to it', () => {
    const world = given(
      mesh(),
      node('red'),
      serviceOfNode('red.local', 'red'),
      gateway('front'),
      gatewayRoute('front', 'door', 'red.local'),
    );
    const users = ['virtualGateway/front/gatewayRoute/door'];
    world.when(remove({ kind: 'virtualGateway', name: 'front' })).thenRefused({ refused: 'in-use', users });
    world.when(remove({ kind: 'virtualService', name: 'red.local' })).thenRefused({ refused: 'in-use', users });
  });

  test('a mesh by whatever is in it', () => {
    given(mesh(), router('paint'), node('red'))
      .when(remove(meshRef))
      .thenRefused({ refused: 'in-use', what: 'mesh colors', users: ['virtualNode/red', 'virtualRouter/paint'] });
  });

  test('but a service that is only a backend can', () => {
    const service = serviceOfNode('red.local', 'red');
    const then = given(mesh(), node('red'), service, node('teller', 'red.local')).when(remove(service.ref));
    then.thenHappens([expect.objectContaining({ type: 'ResourceDeleted' })]);
    expect(usersOf(then.world.mesh, 'virtualService/red.local')).toEqual(['virtualNode/teller']);
  });

  test('and a node that no document names any more', () => {
    const moved = update(route('paint', 'all', 'blue'));
    given(mesh(), node('red'), node('blue'), router('paint'), route('paint', 'all', 'red'), moved)
      .when(remove({ kind: 'virtualNode', name: 'red' }))
      .thenHappens([expect.objectContaining({ type: 'ResourceDeleted' })]);
  });

  test('a node stays in use while one of two targets names it twice', () => {
    given(mesh(), node('red'), router('paint'), route('paint', 'all', 'red', 'red'))
      .when(remove({ kind: 'virtualNode', name: 'red' }))
      .thenRefused({ refused: 'in-use', users: ['virtualRouter/paint/route/all'] });
  });
});
