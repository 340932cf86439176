// Who asked for what.
import { expect, test } from 'vitest';
import { resource } from './fixture.ts';
import { Subscription } from './subscription.ts';

test('a first empty list is a wildcard where that is allowed', () => {
  const clusters = new Subscription(true);
  clusters.replace([]);
  expect(clusters.wants('anything')).toBe(true);
  const routes = new Subscription(false);
  routes.replace([]);
  expect(routes.wants('anything')).toBe(false);
  expect(routes.asked).toBe(true);
});

test('an empty list stays a wildcard until names are asked for', () => {
  const clusters = new Subscription(true);
  clusters.replace([]);
  expect(clusters.replace([]).changed).toBe(false);
  expect(clusters.replace(['a']).changed).toBe(true);
  expect(clusters.wants('b')).toBe(false);
  expect(clusters.replace([])).toEqual({ changed: true, dropped: ['a'] });
  expect(clusters.wildcard).toBe(false);
});

test('the star is a wildcard beside names', () => {
  const clusters = new Subscription(true);
  clusters.replace(['*', 'a']);
  expect(clusters.wildcard).toBe(true);
  expect(clusters.names('a')).toBe(true);
  expect(clusters.replace(['a']).changed).toBe(true);
  expect(clusters.wants('b')).toBe(false);
});

test('delta names come and go, and only the first request can imply the wildcard', () => {
  const clusters = new Subscription(true);
  expect(clusters.change(['a', 'b'], [])).toEqual({ wildcardAsked: false, wildcardLeft: false });
  clusters.change([], ['a']);
  expect([...clusters.explicit()]).toEqual(['b']);
  expect(clusters.change(['*'], []).wildcardAsked).toBe(true);
  expect(clusters.change([], ['*']).wildcardLeft).toBe(true);
  expect(new Subscription(true).change([], []).wildcardAsked).toBe(true);
  expect(new Subscription(false).change([], []).wildcardAsked).toBe(false);
});

test('a map is covered when nothing in it was left unasked', () => {
  const routes = new Subscription(false);
  const map = new Map(['a', 'b'].map((name) => [name, resource('route', name, name)]));
  routes.change(['a'], []);
  expect(routes.covers(map)).toBe(false);
  routes.change(['b', 'c'], []);
  expect(routes.covers(map)).toBe(true);
  routes.change([], ['a']);
  expect(routes.covers(map)).toBe(false);
});

test('a list that repeats a name is not taken for the one before', () => {
  const subscription = new Subscription(false);
  subscription.replace(['a', 'b']);
  expect(subscription.replace(['a', 'b'])).toEqual({ changed: false, dropped: [] });
  expect(subscription.replace(['a', 'a'])).toEqual({ changed: true, dropped: ['b'] });
});
