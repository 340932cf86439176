// What a proxy may say about its place, and what is refused of it.
import { expect, it } from 'vitest';
import { placeOf, reachable, readPlacement } from './placement.ts';

it('is App Mesh’s own place when nothing is said', () => {
  expect(readPlacement(undefined)).toEqual({});
  expect(placeOf({})).toMatchObject({ explicit: false, address: '0.0.0.0', egressPort: 15001 });
});

it('takes both versions of IP when one is preferred, and only what it was given when it was placed', () => {
  expect(placeOf({}, 'IPv4_ONLY')).toMatchObject({ address: '::', alsoIpv4: true });
  expect(placeOf({ bind: '::' }, 'IPv4_ONLY')).toMatchObject({ address: '::', alsoIpv4: false });
});

it('takes ports as numbers or digits', () => {
  const placement = readPlacement({
    bind: '127.0.0.3',
    egressPort: 16001,
    inbound: { '8080': 18080, '9090': '19090' },
  });
  const inbound = new Map([
    [8080, 18080],
    [9090, 19090],
  ]);
  expect(placement).toEqual({ bind: '127.0.0.3', egressPort: 16001, inbound });
});

it('stays on this host unless it is told an address', () => {
  expect(placeOf({ egressPort: 16001 })).toMatchObject({ explicit: true, address: '127.0.0.1', egressPort: 16001 });
});

it.each([
  ['text', 'node.metadata.heddle'],
  [{ bind: 'localhost' }, 'bind'],
  [{ bind: 1 }, 'bind'],
  [{ egressPort: 0 }, 'egressPort'],
  [{ egressPort: '15001x' }, 'egressPort'],
  [{ inbound: { '8080': 70_000 } }, 'inbound'],
  [{ inbound: { http: 8080 } }, 'inbound'],
])('refuses %j', (metadata, named) => {
  expect(readPlacement(metadata)).toEqual({ fault: expect.stringContaining(named) });
});

it('reaches a listener on all addresses by loopback', () => {
  const reached = (address: string, alsoIpv4 = false) => reachable({ address, alsoIpv4 });
  expect([reached('0.0.0.0'), reached('::'), reached('10.0.0.1')]).toEqual(['127.0.0.1', '::1', '10.0.0.1']);
  expect(reached('::', true)).toBe('127.0.0.1');
});
