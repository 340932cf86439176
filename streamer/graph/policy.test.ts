// What a client trusts where no policy says so: the root above the listener's certificate, and of no other account's.
import { expect, test } from 'vitest';
import { clientChoice } from './policy.ts';

const owner = '111111111111';
const arnOf = (account: string) => `arn:aws:acm:us-east-1:${account}:certificate/c`;

function chosen(mode: 'STRICT' | 'PERMISSIVE', arn: string) {
  const asked: string[] = [];
  const certificates = {
    pair: () => undefined,
    trust(wanted: { readonly kind: string; readonly arn?: string }) {
      asked.push(wanted.arn ?? '');
      return { value: 'the root' };
    },
  };
  const tls = { mode, certificate: { acm: { certificateArn: arn } } };
  const listener = { portMapping: { port: 80, protocol: 'http' as const }, tls };
  const named = { name: 'a.local', owner };
  const choice = clientChoice(listener, named, undefined, { certificates, said: () => expect.unreachable() });
  return { choice, asked };
}

test('the root above a certificate of the node’s own account is trusted', () => {
  const { choice, asked } = chosen('STRICT', arnOf(owner));
  const trust = { kind: 'issuer', arn: arnOf(owner) };
  expect(choice).toEqual({ serverName: 'a.local', validation: { trust, names: ['a.local'] } });
  expect(asked).toEqual([arnOf(owner)]);
});

test('another account’s certificate is not asked about, because no proxy of the node can show it', () => {
  const foreign = arnOf('222222222222');
  const reason = `${foreign} is not of account ${owner}, which owns the node: nothing is sent to this listener`;
  expect(chosen('STRICT', foreign)).toEqual({ choice: { impossible: reason }, asked: [] });
  expect(chosen('PERMISSIVE', foreign)).toEqual({ choice: 'plain', asked: [] });
});
