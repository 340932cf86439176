// The order of trial.
import { expect, it } from 'vitest';
import { byPrecedence } from './precedence.ts';

it('is priority, then length, then the order that was', () => {
  const route = (prefix: string, priority?: number) => ({ prefix, priority });
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
