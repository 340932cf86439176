// The order of trial.
import { expect, it } from 'vitest';
import type { RouteMatch } from './graph.ts';
import { byPrecedence } from './precedence.ts';

type Path = RouteMatch['path'];
const route = (value: string, priority?: number, kind: Path['kind'] = 'prefix', headers = 0) => {
  const asked = Array.from({ length: headers }, (_, index) => {
    return { name: `x-${index}`, value: { kind: 'present' } } as const;
  });
  return { match: { path: { kind, value }, headers: asked }, priority };
};

it('is priority, then length, then the order that was', () => {
  const routes = [
    route('/'),
    route('/b'),
    route('/a'),
    route('/long'),
    route('/x/y/z', 1000),
    route('/', 0),
    route('/w', 0),
  ];
  expect([...routes].sort(byPrecedence)).toEqual([
    route('/w', 0),
    route('/', 0),
    route('/x/y/z', 1000),
    route('/long'),
    route('/b'),
    route('/a'),
    route('/'),
  ]);
});

it('tries an exact path before an expression, that before a prefix, and of equals what asks for more', () => {
  const routes = [
    route('/a/long/prefix'),
    route('/a'),
    route('/a', undefined, 'prefix', 1),
    route('/a', undefined, 'prefix', 2),
    route('/.*', undefined, 'regex'),
    route('/', undefined, 'exact'),
    route('/', 7),
  ];
  expect([...routes].sort(byPrecedence)).toEqual([
    route('/', 7),
    route('/', undefined, 'exact'),
    route('/.*', undefined, 'regex'),
    route('/a/long/prefix'),
    route('/a', undefined, 'prefix', 2),
    route('/a', undefined, 'prefix', 1),
    route('/a'),
  ]);
});
