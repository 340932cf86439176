// Who is given which certificate: by policies, by the connection, and what is shown in place of a key.
import { describe, expect, test } from 'vitest';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { type Ask, certificateLookup, shownCertificates } from './certificate-lookup.ts';
import type { LookedSecret, SecretWant } from './sources/secret.ts';

const account = '111111111111';
const arn = `arn:aws:acm:us-east-1:${account}:certificate/c`;
const authority = `arn:aws:acm-pca:us-east-1:${account}:certificate-authority/a`;
const caller = { accountId: account, arn: `arn:aws:iam::${account}:role/envoy` };
const state = emptyMesh(account, 'm');
const held = {
  arn,
  serial: '0a',
  notBefore: 0,
  notAfter: 1,
  fingerprint: 'ff',
  chain: 'the chain',
  key: 'the secret',
  root: 'the root\n',
};

const knowing =
  (known: Partial<Record<SecretWant['kind'], LookedSecret>>): Ask =>
  ({ kind }) =>
    known[kind];
const lookup = (ask: Ask, exposed = false) => certificateLookup(state, 'virtualNode/color', { caller, exposed }, ask);

describe('a key', () => {
  test('goes to a principal that may export it', () => {
    const ask = knowing({ grant: { allowed: true }, certificate: { held } });
    expect(lookup(ask).pair(arn)).toEqual({ value: { chain: 'the chain', key: 'the secret' } });
  });

  test('goes to nobody else, whose name and what it may not are told', () => {
    const ask = knowing({ grant: { allowed: false }, certificate: { held } });
    const trouble = `${caller.arn} is not authorized to perform acm:ExportCertificate on ${arn}`;
    expect(lookup(ask).pair(arn)).toEqual({ trouble });
    const unread = knowing({ grant: { trouble: 'IAM is silent' }, certificate: { held } });
    expect(lookup(unread).pair(arn)).toEqual({ trouble: 'IAM is silent' });
  });

  test('stays with a principal whose policies nobody may read any more, and that is told', () => {
    const ask = knowing({ grant: { allowed: true, trouble: 'no role there' }, certificate: { held } });
    expect(lookup(ask).pair(arn)).toMatchObject({ value: { key: 'the secret' }, trouble: 'no role there' });
  });

  test('goes over no connection that others can read, and is not even asked for', () => {
    const ask: Ask = () => expect.unreachable();
    expect(lookup(ask, true).pair(arn)).toEqual({
      trouble: expect.stringContaining('over TLS, a unix socket or loopback'),
    });
  });

  test('goes to no other account than its own, whatever that allows itself', () => {
    const stranger = { accountId: '222222222222', arn: 'arn:aws:iam::222222222222:role/envoy' };
    const looks = certificateLookup(state, 'virtualNode/color', { caller: stranger, exposed: false }, () => {
      return { allowed: true, held };
    });
    for (const one of [arn, authority])
      expect(looks.pair(one)).toEqual({ trouble: `${one} is not of ${stranger.arn}'s account` });
  });

  test('is awaited while nothing is known of it', () => {
    expect(lookup(knowing({})).pair(arn)).toBeUndefined();
    expect(lookup(knowing({ grant: { allowed: true } })).pair(arn)).toBeUndefined();
  });

  test('of a node is asked of the authority for the names of the node', () => {
    const wants: SecretWant[] = [];
    const ask: Ask = (want) => {
      wants.push(want);
      return { allowed: true, held };
    };
    lookup(ask).pair(authority);
    const names = [`spiffe://${account}.heddle/mesh/m/virtualNode/color`];
    expect(wants).toContainEqual({ kind: 'node', authority, node: `${state.stream}/virtualNode/color`, names });
  });

  test.each([
    ['color.local.', ['color.local']],
    ['::1', ['::1']],
    [`spiffe://${account}.heddle/mesh/m/virtualNode/other`, []],
    ['*.local', []],
    ['', []],
  ])('of a node found as %s is for no name but its own', (hostname, expected) => {
    const ref = { kind: 'virtualNode', name: 'grün' } as const;
    const spec = { serviceDiscovery: { dns: { hostname } } };
    const created = { type: 'ResourceCreated', ref, owner: account, uid: 'u', spec, tags: [] } as const;
    const mesh = evolveMesh(state, { ...sampleCommit(state.stream, 1), events: [created] });
    const wants: SecretWant[] = [];
    const ask: Ask = (want) => {
      wants.push(want);
      return { allowed: true, held };
    };
    certificateLookup(mesh, 'virtualNode/grün', { caller, exposed: false }, ask).pair(authority);
    const names = [...expected, `spiffe://${account}.heddle/mesh/m/virtualNode/gr%C3%BCn`];
    expect(wants).toContainEqual(expect.objectContaining({ kind: 'node', names }));
  });

  test('is never shown', () => {
    const shown = shownCertificates(state, 'virtualNode/color', knowing({ certificate: { held } })).pair(arn);
    expect(JSON.stringify(shown)).toContain('fingerprint ff');
    expect(JSON.stringify(shown)).not.toContain('the secret');
  });
});

describe('trust', () => {
  test('is one bundle of all authorities, and needs no permission', () => {
    const ask: Ask = (want) => ({ authorities: `${want.kind === 'authority' ? want.arn : ''}\n` });
    const arns = [authority, `${authority}2`];
    expect(lookup(ask, true).trust({ kind: 'authorities', arns })).toEqual({ value: `${authority}\n${authority}2\n` });
  });

  test('names the authority that is missing, and goes on with the others', () => {
    const ask: Ask = (want) =>
      want.kind === 'authority' && want.arn === authority ? { authorities: 'one\n' } : { trouble: 'there is no other' };
    const arns = [authority, `${authority}2`];
    expect(lookup(ask).trust({ kind: 'authorities', arns })).toEqual({ value: 'one\n', trouble: 'there is no other' });
  });

  test('without a policy is in the root above the certificate', () => {
    const ask = knowing({ certificate: { held, authorities: 'the root\n' } });
    expect(lookup(ask).trust({ kind: 'issuer', arn })).toEqual({ value: 'the root\n' });
  });
});
