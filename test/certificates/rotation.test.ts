// Rotation over ACM: what changed is told to the meshes that use it, once; what fails is named, and all else goes on.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awsCertificates } from '#certificates/aws.ts';
import { type Certificates, certificatesInUseView } from '#events/certificates.ts';
import type { Event } from '#events/event.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { rebuildCertificateIndex } from '#functions/projector/certificate-index.ts';
import { createRotation, type RotationParts } from '#functions/rotation/handler.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { unreadable } from '#test/streamer/mesh-writer.ts';
import { account, type FakeAcm, region, startFakeAcm } from './fake-acm.ts';

const now = Date.now;
let fake: FakeAcm;
let acm: Certificates;
let events: EventStore;
let views: ViewStore;
let arn: string;
let sweep: ReturnType<typeof createRotation>;

beforeEach(async () => {
  fake = await startFakeAcm();
  acm = awsCertificates({ clients: () => fake, region, now, pace: async () => {} });
  events = memoryEventStore();
  views = memoryViewStore({ now });
  const made = await fake.authority.request(account, { names: ['a.local'], kind: 'EC_prime256v1' });
  if ('none' in made) throw new Error(made.none);
  ({ arn } = made);
  for (const mesh of ['one', 'two']) await meshUsing(mesh, arn);
  sweep = rotation();
});
afterEach(() => fake.close());

/** What the projector does between two sweeps is done before each. */
function rotation(parts: Partial<RotationParts> = {}): ReturnType<typeof createRotation> {
  const all = { certificates: acm, events, views, now, id: randomUUID, writeSchema: async () => 1, ...parts };
  const swept = createRotation(all);
  return async (only, ended) => {
    for (const stream of await events.streams()) await rebuildCertificateIndex({ events, views }, stream);
    return swept(only, ended);
  };
}

async function meshUsing(meshName: string, certificateArn: string, owner = account): Promise<void> {
  const tls = { mode: 'STRICT', certificate: { acm: { certificateArn } } } as const;
  const spec = { listeners: [{ portMapping: { port: 80, protocol: 'http' }, tls }] } as const;
  const ref = { kind: 'virtualNode', name: 'a' } as const;
  const created: Event = { type: 'ResourceCreated', ref, owner, uid: 'u', spec, tags: [] };
  const stream = `mesh/${owner}/${meshName}`;
  const actor = { accountId: owner, arn: 'test' };
  const base = { id: randomUUID(), stream, version: 1, time: 1, schema: 1, requestId: 'r' };
  await events.append([{ ...base, actor, events: [created] }]);
}

const told = async (mesh = 'one', owner = account) =>
  (await events.read(`mesh/${owner}/${mesh}`, 2)).flatMap((commit) => commit.events);

const serialNow = async () => {
  const facts = await acm.describe(arn);
  return 'serial' in facts ? facts.serial : '';
};

describe('a sweep', () => {
  test('tells every mesh of a new serial, once, having asked once', async () => {
    expect(await sweep()).toMatchObject({ rotated: [arn] });
    expect(await sweep()).toMatchObject({ inUse: new Map([[arn, expect.anything()]]), rotated: [] });
    expect(fake.calls.get('DescribeCertificate')).toBe(2);
    await fake.authority.renew(arn);
    await sweep();
    const serial = await serialNow();
    for (const mesh of ['one', 'two']) {
      const all = await told(mesh);
      expect(all).toHaveLength(2);
      expect(all[1]).toMatchObject({ type: 'CertificateRotated', arn, serial });
    }
  });

  test('names what fails, once for a reason, and what is well again', async () => {
    await sweep();
    fake.fault('DescribeCertificate', {
      changes: ({ Certificate }) => ({ Certificate: { ...(Certificate as object), Status: 'FAILED' } }),
    });
    expect((await sweep()).failing.get(arn)).toBe('its status is FAILED');
    await sweep();
    fake.fault('DescribeCertificate', {
      changes: ({ Certificate }) => ({ Certificate: { ...(Certificate as object), Type: 'IMPORTED' } }),
    });
    expect((await sweep()).failing.get(arn)).toBe('it cannot be exported');
    await sweep();
    fake.fault('DescribeCertificate', undefined);
    await sweep();
    expect((await told()).map(({ type }) => type)).toEqual([
      'CertificateRotated',
      'CertificateFailing',
      'CertificateFailing',
      'CertificateRotated',
    ]);
  });

  test('says nothing of a certificate that nobody could be asked about, until it is over', async () => {
    await sweep();
    for (const error of ['ThrottlingException', 'InternalFailure', 'ThrottlingException']) {
      fake.fault('DescribeCertificate', { error });
      const { failing, unanswered } = await sweep();
      expect([[...failing], unanswered.get(arn)]).toEqual([[], expect.stringContaining(error)]);
    }
    expect(await told()).toHaveLength(1);
    const late = rotation({ now: () => now() + 1000 * 86_400_000 });
    await late();
    expect((await late()).failing.get(arn)).toMatch(/^it expired at/);
    expect((await told()).map(({ type }) => type)).toEqual(['CertificateRotated', 'CertificateFailing']);
  });

  test('appends nothing twice upon an index that is behind', async () => {
    const behind = createRotation({
      certificates: acm,
      events,
      views,
      now,
      id: randomUUID,
      writeSchema: async () => 1,
    });
    await sweep();
    for (const mesh of ['one', 'two']) {
      const key = `mesh/${account}/${mesh}`;
      await views.put(certificatesInUseView, { key, value: { sequence: 1, certificates: [{ arn }] } });
    }
    expect((await behind()).rotated).toEqual([]);
    // What a mesh no longer names it is not told of.
    await views.put(certificatesInUseView, {
      key: `mesh/${account}/three`,
      value: { sequence: 1, certificates: [{ arn }] },
    });
    await behind();
    expect([await told('one'), await told('three')]).toEqual([[expect.anything()], []]);
  });

  test('does not undo what another has told meanwhile, however late it is itself', async () => {
    await sweep();
    const key = `mesh/${account}/one`;
    await fake.authority.renew(arn);
    const late = rotation({
      certificates: {
        async describe(asked) {
          const seen = await acm.describe(asked);
          if ((await told()).length > 1) return seen;
          // ACM renews once more, and the others hear of it first.
          await fake.authority.renew(arn);
          await sweep();
          return seen;
        },
      },
    });
    await late();
    const serials = (await told()).flatMap((event) => ('serial' in event ? [event.serial] : []));
    expect([serials.length, new Set(serials).size, serials.at(-1)]).toEqual([2, 2, await serialNow()]);
    expect((await events.read(key, 1)).length).toBe(3);
  });

  test('looks at none for another account that names it', async () => {
    const stranger = '222222222222';
    await meshUsing('three', arn, stranger);
    await meshUsing('four', arn.replace(account, stranger));
    for (const times of [1, 2]) {
      await sweep();
      expect(fake.calls.get('DescribeCertificate')).toBe(times);
    }
    expect(await told('one')).toMatchObject([{ type: 'CertificateRotated' }]);
    expect([await told('three', stranger), await told('four')]).toEqual([[], []]);
  });

  test('that another one meets tells each mesh once all the same', async () => {
    await Promise.all(Array.from({ length: 4 }, () => rotation()()));
    await fake.authority.renew(arn);
    await Promise.all(Array.from({ length: 4 }, () => rotation()()));
    const serial = await serialNow();
    for (const mesh of ['one', 'two']) {
      const serials = (await told(mesh)).map((event) => 'serial' in event && event.serial);
      expect(serials).toEqual([expect.any(String), serial]);
      expect(serials[0]).not.toBe(serial);
    }
  });

  test('leaves a mesh alone whose log cannot be folded', async () => {
    const stream = `mesh/${account}/one`;
    await events.append([{ ...unreadable(2), stream }]);
    await sweep();
    expect([await told('one'), await told('two')]).toEqual([[expect.anything()], [expect.anything()]]);
  });

  test('tells the others where one mesh cannot be told, and says so', async () => {
    const broken: EventStore = {
      ...events,
      async append(commits) {
        if (commits.some(({ stream }) => stream.endsWith('/one'))) throw new Error('no room');
        return events.append(commits);
      },
    };
    const { rotated, unanswered } = await rotation({ events: broken })();
    expect([rotated, unanswered.get(arn)]).toEqual([[arn], expect.stringMatching(/one cannot be told.*no room/)]);
    expect(await told('two')).toHaveLength(1);
  });

  test('begins no look once it is to end, and the next goes on there', async () => {
    await sweep(undefined, AbortSignal.abort());
    expect(fake.calls.get('DescribeCertificate')).toBeUndefined();
    expect((await sweep()).rotated).toEqual([arn]);
  });

  test('goes on where the one before had to stop, the nearest expiry first, and begins with what nobody has seen', async () => {
    const ends = new Map<string, number>();
    const looked: string[] = [];
    let time = 0;
    const short = (id: string) => arn.replace(/[^/]+$/, id);
    const add = async (id: string, notAfter: number) => {
      ends.set(short(id), notAfter);
      await meshUsing(`of-${id}`, short(id));
    };
    const seconds = rotation({
      certificates: {
        async describe(asked) {
          looked.push(asked.replace(/.*\//, ''));
          time += 1_000;
          const notAfter = ends.get(asked) ?? 1_000_000;
          return { arn: asked, serial: 'f0', notBefore: 0, notAfter, status: 'ISSUED', exportable: true };
        },
      },
      now: () => time,
      longest: 3_000,
    });
    for (const [index, id] of ['e', 'd', 'c', 'b'].entries()) await add(id, 900_000 - index);
    await seconds();
    await seconds();
    looked.length = 0;
    await seconds();
    expect(looked).toEqual(['c', 'd', 'b']);
    await add('new', 800_000);
    await seconds();
    expect(looked.slice(3)).toEqual(['new', 'e', arn.replace(/.*\//, '')]);
    await seconds();
    expect(looked.slice(6)).toEqual(['b', 'c', 'd']);
  });
});
