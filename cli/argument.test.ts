// Every form that an argument may have, and those that are refused.
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addressArgument,
  durationArgument,
  endpointArgument,
  inboundArgument,
  portArgument,
  portOrNoneArgument,
  proxyArgument,
  streamerArgument,
} from './argument.ts';

const good: readonly (readonly [(text: string) => unknown, string, unknown])[] = [
  [durationArgument, '3600', 3600],
  [durationArgument, '90s', 90],
  [durationArgument, '30m', 1800],
  [durationArgument, '1h', 3600],
  [durationArgument, '2d', 172_800],
  [portArgument, '65535', 65_535],
  [portOrNoneArgument, '0', 0],
  [inboundArgument, '8080=18080', { '8080': 18_080 }],
  [addressArgument, '127.0.0.3', '127.0.0.3'],
  [addressArgument, '::1', '::1'],
  [streamerArgument, '127.0.0.1:18000', { host: '127.0.0.1', port: 18_000 }],
  [streamerArgument, 'heddle.internal:443', { host: 'heddle.internal', port: 443 }],
  [streamerArgument, '[::1]:18000', { host: '::1', port: 18_000 }],
  [streamerArgument, 'unix:/run/xds.sock', { path: '/run/xds.sock' }],
  [endpointArgument, 'https://heddle.internal/prod', new URL('https://heddle.internal/prod')],
  ...[
    'mesh/m/virtualNode/a',
    'mesh/m@123456789012/virtualGateway/g',
    'arn:aws:appmesh:us-east-1:123456789012:mesh/m/virtualNode/a',
  ].map((text) => [proxyArgument, text, text] as const),
];

const bad: readonly (readonly [(text: string) => unknown, string])[] = [
  ...['', '0', '-1', '1.5', '1w', 'h', '1h30m'].map((text) => [durationArgument, text] as const),
  ...['', '0', '65536', '80x', '-1', '1e3'].map((text) => [portArgument, text] as const),
  ...['8080', '8080=', '=1', '1=2=3', '0=1'].map((text) => [inboundArgument, text] as const),
  ...['localhost', '127.0.0', ''].map((text) => [addressArgument, text] as const),
  ...['127.0.0.1', ':1', '::1:18000', 'unix:relative', 'a:b', 'http://a:1'].map(
    (text) => [streamerArgument, text] as const,
  ),
  ...['', '127.0.0.1:8080', 'ftp://a', 'localhost'].map((text) => [endpointArgument, text] as const),
  ...[
    '',
    'mesh/m',
    'mesh/m/virtualNode',
    'mesh/m/virtualRouter/r',
    'mesh/m@12/virtualNode/a',
    'virtualNode/a',
    'arn:aws:appmesh:us-east-1:1:mesh/m/virtualNode/a',
  ].map((text) => [proxyArgument, text] as const),
];

describe('an argument', () => {
  it.each(good)('%o reads %o', (read, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each(bad)('%o refuses %o', (read, text) => {
    expect(() => read(text)).toThrow(InvalidArgumentError);
  });

  it('gathers what may be given several times', () => {
    expect(inboundArgument('2=3', inboundArgument('1=2'))).toEqual({ '1': 2, '2': 3 });
  });
});
