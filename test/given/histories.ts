// Any history of a mesh, as a generator: commands on a few names, so that they meet, use and hinder each other.
import fc from 'fast-check';
import type { Command } from '#events/command.ts';
import type { Specs } from '#events/spec.ts';
import {
  create,
  type Document,
  gateway,
  gatewayRoute,
  having,
  listening,
  mesh,
  node,
  remove,
  route,
  router,
  serviceOfNode,
  serviceOfRouter,
  tag,
  untag,
  update,
} from './documents.ts';
import type { Asked } from './given.ts';

const name = fc.constantFrom('a', 'b', 'c');
const names = fc.array(name, { minLength: 1, maxLength: 3 });

const listeners = fc.constantFrom(['8080/http'], ['8080/http'], ['8080/grpc'], ['8080/http', '8081/grpc'], []);
const listeningNode = fc
  .tuple(name, fc.array(name, { maxLength: 2 }), listeners)
  .map(([own, backends, ports]) => listening(node(own, ...backends), ...ports));
const port = fc.constantFrom(undefined, undefined, 8080, 8081);

/** A route that may name the ports that it means. */
const portedRoute = fc.tuple(name, name, names, port, port).map(([parent, own, nodes, match, target]) => {
  const weightedTargets = nodes.map((virtualNode) => ({ virtualNode, weight: 1, ...(target && { port: target }) }));
  const part = { match: match === undefined ? {} : { port: match }, action: { weightedTargets } };
  const spec: Specs['route'] = match === 8081 ? { grpcRoute: part } : { httpRoute: part };
  return having(route(parent, own, ...nodes), spec);
});

const document: fc.Arbitrary<Document> = fc.oneof(
  listeningNode,
  fc.tuple(name, listeners).map(([own, ports]) => listening(router(own), ...ports)),
  fc.tuple(name, listeners).map(([own, ports]) => listening(gateway(own), ...ports)),
  portedRoute,
  fc.constantFrom(mesh(), mesh({ egressFilter: { type: 'ALLOW_ALL' } })),
  fc.tuple(name, fc.array(name, { maxLength: 2 })).map(([own, backends]) => node(own, ...backends)),
  name.map(router),
  fc.tuple(name, name, names).map(([parent, own, nodes]) => route(parent, own, ...nodes)),
  fc.tuple(name, name).map(([own, provider]) => serviceOfNode(own, provider)),
  fc.tuple(name, name).map(([own, provider]) => serviceOfRouter(own, provider)),
  name.map(gateway),
  fc.tuple(name, name, name).map(([parent, own, service]) => gatewayRoute(parent, own, service)),
);

const token = fc.option(
  fc.record({ token: name, operation: fc.constantFrom('CreateIt', 'UpdateIt'), hash: fc.constantFrom('one', 'two') }),
  { nil: undefined, freq: 3 },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(document, token).map(([one, its]) => create(one, [], its)) },
  { weight: 3, arbitrary: fc.tuple(document, token).map(([one, its]) => update(one, its)) },
  { weight: 3, arbitrary: document.map(({ ref }) => remove(ref)) },
  { weight: 1, arbitrary: fc.tuple(document, name).map(([{ ref }, key]) => tag(ref, { key, value: 'v' })) },
  { weight: 1, arbitrary: fc.tuple(document, name).map(([{ ref }, key]) => untag(ref, key)) },
);

const hours = 3_600_000;

/** Commands one after the other, up to nine hours apart; the mesh is made first. */
export const histories: fc.Arbitrary<readonly Asked[]> = fc
  .array(fc.record({ command, pause: fc.integer({ min: 0, max: 9 * hours }) }), { minLength: 1, maxLength: 60 })
  .map((steps) => {
    const history: Asked[] = [{ command: create(mesh()), at: 0 }];
    let at = 0;
    for (const step of steps) {
      at += step.pause;
      history.push({ command: step.command, at });
    }
    return history;
  });
