// What streamers look up of certificates, several tasks upon the same views: each is exported or made once, none replaces a
// newer one, and one of another root is trusted before it is shown.
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awsCertificates } from '#certificates/aws.ts';
import { keyFileSealer } from '#certificates/key-file-sealer.ts';
import { type Certificates, type HeldCertificate, secretsView } from '#events/certificates.ts';
import type { ViewStore } from '#events/store.ts';
import { memoryViewStore } from '#store/memory.ts';
import { openSqlite } from '#store/sqlite.ts';
import type { Looked, SecretWant } from '#streamer/sources/secret.ts';
import { secretLooks } from '#streamer/sources/secret-looks.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { account, type FakeAcm, region, startFakeAcm } from './fake-acm.ts';

const folder = scratchFolder();
afterAll(folder.remove);
const hour = 3_600_000;
const overlap = 120_000;
let time: number;
const now = () => time;
let fake: FakeAcm;
let views: ViewStore;
let arn: string;
let want: SecretWant;

beforeEach(async () => {
  time = Date.now();
  fake = await startFakeAcm(now);
  views = memoryViewStore({ now });
  const made = await fake.authority.request(account, {
    names: ['a.local'],
    kind: 'EC_prime256v1',
    validity: 24 * hour,
  });
  if ('none' in made) throw new Error(made.none);
  ({ arn } = made);
  want = { kind: 'certificate', arn };
});
afterEach(() => fake.close());

const acm = () => awsCertificates({ clients: () => fake, region, now, pace: async () => {}, signingInterval: 1 });
/** What one more task does. */
const task = (certificates: Certificates = acm(), upon = views) => {
  const sealer = keyFileSealer(folder.path);
  const mayExport = async () => true;
  return secretLooks({ certificates, sealer, views: upon, mayExport, now, nodeValidity: hour, overlap });
};
/** The views as one more task has them. */
function opened(kind: string, name: string): ViewStore {
  if (kind === 'memory') return views;
  const { events, views: own } = openSqlite(`${folder.path}/${name}.db`, { now });
  void events.close();
  return own;
}
const heldBy = ({ found }: Looked): HeldCertificate => found.held ?? expect.unreachable('nothing is held');
const renewed = async (): Promise<string> => {
  const made = await fake.authority.renew(arn);
  return 'none' in made ? expect.unreachable(made.none) : made.serial;
};
const down = (...operations: readonly string[]) => {
  for (const operation of operations) fake.fault(operation, { error: 'InternalFailure', status: 500 });
};
/** The same name under another root. */
async function reissued(): Promise<HeldCertificate> {
  const { arn: authority } = await fake.authority.createAuthority(account, 'another', 'EC_prime256v1');
  const made = await fake.authority.request(account, { names: ['a.local'], kind: 'EC_prime256v1', authority });
  const other = 'none' in made ? expect.unreachable(made.none) : await fake.authority.export(made.arn);
  if ('none' in other) throw new Error(other.none);
  await fake.authority.import(account, { arn, chain: other.chain, key: other.key });
  return other;
}

describe('a certificate', () => {
  test('is exported once for all tasks, sealed, and still there when ACM is not', async () => {
    const { found } = await task()(want, undefined, undefined);
    down('ExportCertificate');
    expect((await task()(want, undefined, undefined)).found).toEqual(found);
    expect(fake.calls.get('ExportCertificate')).toBe(1);
    const stored = JSON.stringify(await views.list(secretsView));
    expect(stored).toContain('sealed');
    expect(stored).not.toContain('PRIVATE KEY');
  });

  test('that was sealed with a key that is lost is exported again', async () => {
    const { found } = await task()(want, undefined, undefined);
    const elsewhere = scratchFolder();
    const sealer = keyFileSealer(elsewhere.path);
    elsewhere.remove();
    const mayExport = async () => true;
    const parts = { certificates: acm(), sealer, views, mayExport, now, nodeValidity: hour, overlap };
    expect((await secretLooks(parts)(want, undefined, undefined)).found).toEqual(found);
    down('ExportCertificate');
    expect((await secretLooks(parts)(want, undefined, undefined)).found).toEqual(found);
    expect(fake.calls.get('ExportCertificate')).toBe(2);
  });

  test.each(['memory', 'SQLite'])('is exported by one of many tasks that want it at once, in %s', async (kind) => {
    const tasks = Array.from({ length: 6 }, () => task(acm(), opened(kind, 'certificate')));
    const looked = () => Promise.all(tasks.map((look) => look(want, undefined, undefined)));
    const first = await looked();
    expect(fake.calls.get('ExportCertificate')).toBe(1);
    const serial = await renewed();
    const next = await Promise.all(tasks.map((look, at) => look(want, first[at]?.found, serial)));
    expect(new Set(next.map((one) => heldBy(one).serial))).toEqual(new Set([serial]));
    expect(fake.calls.get('ExportCertificate')).toBe(2);
  });

  test('that the first of many cannot have is asked for by the next', async () => {
    fake.fault('ExportCertificate', { error: 'InternalFailure', status: 500 }, 2);
    const looks = await Promise.allSettled([1, 2, 3, 4].map(() => task()(want, undefined, undefined)));
    expect(looks.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(fake.calls.get('ExportCertificate')).toBe(3);
  });

  test('is asked for until its serial is the one that was told, what is there in use meanwhile', async () => {
    const { found } = await task()(want, undefined, undefined);
    await expect(task()(want, found, 'another')).rejects.toThrow('not yet');
    expect((await task()(want, undefined, 'another')).found).toMatchObject({ held: found.held });
    const serial = await renewed();
    expect(heldBy(await task()(want, found, serial)).serial).toBe(serial);
  });

  test('that a slow task exported before a renewal does not replace the renewed one', async () => {
    await task()(want, undefined, undefined);
    const { found } = await task()(want, undefined, undefined);
    const answer = Promise.withResolvers<void>();
    const real = acm();
    let exports = 0;
    const slow = task({
      ...real,
      async export(asked) {
        const exported = await real.export(asked);
        exports += 1;
        if (exports === 1) await answer.promise;
        return exported;
      },
    });
    const first = await renewed();
    const late = slow(want, found, first);
    await expect.poll(() => exports).toBe(1);
    const second = await renewed();
    // The others wait for it a while.
    time += 30_000;
    expect(heldBy(await task()(want, found, second)).serial).toBe(second);
    answer.resolve();
    // It looks again, and finds no other than the one that stands.
    await expect(late).rejects.toThrow(`is not yet the certificate ${first}`);
    expect(heldBy(await task()(want, undefined, second)).serial).toBe(second);
    expect(heldBy(await slow(want, found, second)).serial).toBe(second);
  });

  test('of another root is trusted first and shown later, by every task at one time', async () => {
    const before = await task()(want, undefined, undefined);
    const other = await reissued();
    const changed = await task()(want, before.found, other.serial);
    const both = [other.root, heldBy(before).root].join('');
    expect(changed.found).toEqual({ held: before.found.held, authorities: both });
    expect(changed.again).toBe(time + overlap);
    time += overlap - 1;
    expect((await task()(want, undefined, other.serial)).found).toEqual(changed.found);
    time += 1;
    const shown = await task()(want, changed.found, other.serial);
    expect([heldBy(shown).serial, shown.found.authorities]).toEqual([other.serial, both]);
    time = heldBy(before).notAfter;
    expect((await task()(want, shown.found, other.serial)).found.authorities).toBe(other.root);
  });

  test('is looked at when its renewal is late, and when it ends', async () => {
    const first = await task()(want, undefined, undefined);
    const { notBefore, notAfter } = heldBy(first);
    expect(first.again).toBe(notAfter - (notAfter - notBefore) / 4);
    time = first.again ?? 0;
    const late = await task()(want, first.found, heldBy(first).serial);
    expect(late).toEqual({ found: first.found, again: notAfter });
  });

  test('that expired while ACM is down is given to new tasks too', async () => {
    const { found } = await task()(want, undefined, undefined);
    time = heldBy({ found }).notAfter + 1;
    down('ExportCertificate');
    for (const serial of [undefined, heldBy({ found }).serial]) {
      expect((await task()(want, undefined, serial)).found.held).toEqual(found.held);
    }
    await expect(task()(want, found, undefined)).rejects.toThrow('as told');
  });

  test('outlives views that forgot it', async () => {
    const { found } = await task()(want, undefined, undefined);
    views = memoryViewStore({ now });
    fake.fault('ExportCertificate', { error: 'ResourceNotFoundException' });
    expect((await task()(want, found, 'another')).found).toMatchObject({ ...found, trouble: expect.any(String) });
  });
});

describe('the certificate of a node', () => {
  const names = ['a.local', 'spiffe://x/a'];
  let node: SecretWant & { readonly kind: 'node' };
  beforeEach(async () => {
    const { arn: authority } = await fake.authority.createAuthority(account, 'a', 'EC_prime256v1');
    node = { kind: 'node', authority, node: 'mesh/1/m/virtualNode/a', names };
  });
  const life = ({ notBefore, notAfter }: HeldCertificate) => notAfter - notBefore;

  test('is made by one task, opened by the others, and made anew after half its life', async () => {
    const first = await task()(node, undefined, undefined);
    expect((await task()(node, undefined, undefined)).found).toEqual(first.found);
    expect(fake.calls.get('IssueCertificate')).toBe(1);
    const own = heldBy(first);
    const half = own.notBefore + life(own) / 2;
    expect(first.again).toBeGreaterThanOrEqual(half);
    expect(first.again).toBeLessThanOrEqual(half + life(own) / 10);
    time = half;
    const second = heldBy(await task()(node, first.found, undefined));
    expect(second.serial).not.toBe(own.serial);
  });

  test.each(['memory', 'SQLite'])('is one when many tasks make it at once, in %s', async (kind) => {
    const tasks = Array.from({ length: 6 }, () => task(acm(), opened(kind, 'node')));
    const serials = async () => {
      const looks = await Promise.all(tasks.map((look) => look(node, undefined, undefined)));
      return new Set(looks.map((one) => heldBy(one).serial));
    };
    const first = await serials();
    expect(first.size).toBe(1);
    expect(fake.calls.get('IssueCertificate')).toBe(1);
    time += (hour * 2) / 3;
    const second = await serials();
    expect(second.size).toBe(1);
    expect(second).not.toEqual(first);
    expect(await serials()).toEqual(second);
    expect(fake.calls.get('IssueCertificate')).toBe(2);
  });

  test('is not paid for again because it could not be fetched, or not be sealed', async () => {
    const full = new Error('no room');
    let room = false;
    const look = task(acm(), {
      ...views,
      putIfAbsent: async (view, entry) =>
        room || view !== secretsView ? views.putIfAbsent(view, entry) : Promise.reject(full),
    });
    fake.fault('GetCertificate', { error: 'AccessDeniedException' }, 1);
    expect((await look(node, undefined, undefined)).found.trouble).toContain('lets nobody read it');
    await expect(look(node, undefined, undefined)).rejects.toBe(full);
    room = true;
    const { held } = (await look(node, undefined, undefined)).found;
    expect(held).toBeDefined();
    expect(fake.calls.get('IssueCertificate')).toBe(1);
    time += hour * 0.7;
    expect((await look(node, undefined, undefined)).found.held).not.toEqual(held);
    expect(fake.calls.get('IssueCertificate')).toBe(2);
  });

  test('is not made again and again where this clock is ahead of the authority’s', async () => {
    const ahead = hour;
    const sealer = keyFileSealer(folder.path);
    const mayExport = async () => true;
    const parts = { certificates: acm(), sealer, views, mayExport, nodeValidity: 1_000, overlap };
    const look = secretLooks({ ...parts, now: () => now() + ahead });
    const { found, again = 0 } = await look(node, undefined, undefined);
    expect(found.held).toBeDefined();
    expect(again).toBe(now() + ahead + 100);
  });

  test('of other names is another', async () => {
    const first = heldBy(await task()(node, undefined, undefined));
    const other = heldBy(await task()({ ...node, names: ['b.local'] }, undefined, undefined));
    expect(other.serial).not.toBe(first.serial);
  });

  test('that nobody signs anew stays in use, also when it has expired', async () => {
    const { found } = await task()(node, undefined, undefined);
    down('IssueCertificate');
    for (const later of [hour - 1, 1]) {
      time += later;
      const late = await task()(node, undefined, undefined);
      expect(late.found).toMatchObject({ held: found.held, trouble: expect.stringContaining('did not sign another') });
    }
  });
});

describe('an authority', () => {
  const certificateOf = async () => (await fake.authority.createAuthority(account, 'a', 'EC_prime256v1')).certificate;
  let authority: SecretWant;
  let before: Looked;
  beforeEach(async () => {
    const { arn: own } = await fake.authority.createAuthority(account, 'a', 'EC_prime256v1');
    authority = { kind: 'authority', arn: own };
    before = await task()(authority, undefined, undefined);
  });
  const answers = (Certificate: string) =>
    fake.fault('GetCertificateAuthorityCertificate', { changes: () => ({ Certificate }) });

  test('whose certificate was replaced is trusted by both, until what it signed before has ended', async () => {
    const other = await certificateOf();
    answers(other);
    expect(before.again).toBe(time + overlap / 2);
    const changed = await task()(authority, before.found, undefined);
    const both = `${other}${before.found.authorities}`;
    expect(changed.found.authorities).toBe(both);
    expect((await task()(authority, undefined, undefined)).found.authorities).toBe(both);
    time += hour;
    expect((await task()(authority, changed.found, undefined)).found.authorities).toBe(other);
  });

  test('that cannot be read, or not be asked, is trusted as it was', async () => {
    answers('none of it');
    const unread = await task()(authority, before.found, undefined);
    expect(unread.found).toEqual({ ...before.found, trouble: expect.stringContaining('no certificate in PEM') });
    down('GetCertificateAuthorityCertificate');
    expect((await task()(authority, undefined, undefined)).found).toMatchObject(before.found);
    fake.fault('GetCertificateAuthorityCertificate', { error: 'ResourceNotFoundException' });
    expect((await task()(authority, before.found, undefined)).found).toMatchObject(before.found);
  });
});
