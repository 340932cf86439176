// The organization as AWS Organizations tells it, through the SDK.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { emptySystem } from '#events/evolve.ts';
import { memoryEventStore } from '#store/memory.ts';
import { fakeOrganizations } from '#test/organization/fake-organizations.ts';
import { organizationSuite } from '#test/suites/organization.ts';
import { awsOrganization } from './aws.ts';
import { createOrganization } from './handler.ts';
import { membershipWriter } from './membership.ts';

organizationSuite(() => {
  const { client, set, failAfter } = fakeOrganizations();
  return { source: awsOrganization(client), set, spoil: () => failAfter(5, 'TooManyRequestsException') };
});

test('an account that is suspended is in it no more', async () => {
  const { client, set, suspend } = fakeOrganizations();
  set({ id: 'o-a', units: [], accounts: ['111111111111', '222222222222'] });
  suspend('222222222222');
  expect((await awsOrganization(client).read()).accounts).toEqual(['111111111111']);
});

test('a minute that fails changes nothing, and the next one makes up for it', async () => {
  const { client, set, failAfter } = fakeOrganizations();
  const events = memoryEventStore();
  const update = createOrganization({
    source: awsOrganization(client),
    writer: membershipWriter({ events, id: randomUUID, now: () => 0 }),
  });
  set({ id: 'o-a', units: [{ id: 'ou-a', accounts: ['222222222222'] }], accounts: ['111111111111'] });
  failAfter(3, 'ServiceException');
  await expect(update()).rejects.toThrow();
  expect(await events.read(emptySystem().stream, 1)).toEqual([]);
  failAfter(Number.POSITIVE_INFINITY, '');
  await update();
  expect(await events.read('organization/o-a', 1)).toHaveLength(1);
  await update();
  expect(await events.read('organization/o-a', 1)).toHaveLength(1);
});
