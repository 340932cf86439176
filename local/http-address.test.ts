// Addresses to listen on.
import { describe, expect, test } from 'vitest';
import { parseHttpAddress, urlOf } from './http-address.ts';

describe('parseHttpAddress', () => {
  test.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    [':8080', { host: '127.0.0.1', port: 8080 }],
  ])('reads %s', (text, address) => {
    expect(parseHttpAddress(text)).toEqual(address);
  });

  test.each(['', '8080', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:8080', 'http://x:80', 'a b:80', 'x:-1'])(
    'refuses "%s"',
    (text) => {
      expect(parseHttpAddress(text)).toBe(undefined);
    },
  );
});

test('a URL names an address that a client can reach', () => {
  expect(urlOf({ host: '0.0.0.0', port: 1 })).toBe('http://127.0.0.1:1');
  expect(urlOf({ host: '::', port: 1 })).toBe('http://[::1]:1');
  expect(urlOf({ host: 'localhost', port: 1 })).toBe('http://localhost:1');
});
