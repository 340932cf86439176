// CloudWatch gets what is, what happened since the line before, and how long changes took.
import { expect, test } from 'vitest';
import { createMetrics } from '#streamer/metrics.ts';
import { embeddedMetrics } from './embedded-metrics.ts';

test('a line tells gauges as they are and counters by what they grew', async () => {
  const metrics = createMetrics(
    () => [],
    () => 2,
    () => ({ inUse: 3, nearExpiry: 2, failing: 1, troubles: {} }),
  );
  const refused = {
    kind: 'refused',
    code: 7,
    message: '',
    stream: 1,
    requestId: 'r',
    peer: 'p',
    mode: 'delta',
  } as const;
  const read = embeddedMetrics({ metrics: metrics.registry, propagations: metrics.propagations });
  metrics.count(refused);
  metrics.count(refused);
  metrics.asked('DiscoverInstances');
  metrics.asked('DiscoverInstancesRevision');
  metrics.propagated(120);
  expect(await read(5)).toMatchObject({
    _aws: { Timestamp: 5, CloudWatchMetrics: [{ Namespace: 'Heddle', Dimensions: [['Function']] }] },
    Function: 'streamer',
    Streams: 0,
    LostDependencies: 2,
    CertificatesInUse: 3,
    CertificatesNearExpiry: 2,
    CertificatesFailing: 1,
    RefusedStreams: 2,
    RegistryCalls: 2,
    PropagationDelay: [120],
  });
  metrics.count(refused);
  const second = await read(6);
  expect(second).toMatchObject({ RefusedStreams: 1, Nacks: 0 });
  expect(second).not.toHaveProperty('PropagationDelay');
});
