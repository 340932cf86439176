// A translation that nobody prepared for is given the instances that it asks for.
import { expect, test } from 'vitest';
import type { InstanceQuery, InstanceRegistry } from '#events/instances.ts';
import { surrounded } from './surrounded.ts';

const query = (serviceName: string): InstanceQuery => ({
  account: '111122223333',
  namespaceName: 'shop',
  serviceName,
  attributes: {},
});
const asked: string[] = [];
const registry: InstanceRegistry = {
  revision: async () => 1,
  async discover({ serviceName }) {
    asked.push(serviceName);
    if (serviceName === 'away') throw new Error('nobody answers');
    return { instances: [{ id: serviceName, attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } }] };
  },
};

test('looks up once what is asked for, also by several translations of one moment', async () => {
  asked.length = 0;
  const lookedUp = new Map();
  const translate = () =>
    surrounded({ registry }, lookedUp, ({ instances }) => [instances?.(query('red')), instances?.(query('blue'))]);
  const found = [{ id: 'red' }, { id: 'blue' }].map((one) => ({ instances: [expect.objectContaining(one)] }));
  expect(await translate()).toEqual(found);
  expect(await translate()).toEqual(found);
  expect(asked.toSorted()).toEqual(['blue', 'red']);
});

test('says what could not be looked up', async () => {
  const known = await surrounded({ registry }, new Map(), ({ instances }) => instances?.(query('away')));
  expect(known).toEqual({ trouble: 'its instances cannot be looked up now: nobody answers' });
});

test('keeps what else is known from outside', async () => {
  const outside = { surroundings: { addresses: () => ['10.0.0.9'] }, registry };
  expect(await surrounded(outside, new Map(), ({ addresses }) => addresses?.('x'))).toEqual(['10.0.0.9']);
});
