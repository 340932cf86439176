// The rotation as a Lambda: a schedule sends it sweeping every minute, EventBridge tells it which certificates ACM has
// renewed or revoked, sees ending, or cannot renew.
import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from 'aws-lambda';
import { certificatesAtAws } from '#certificates/at-aws.ts';
import { timeLeft } from '#events/certificates.ts';
import { openDynamodb } from '#store/dynamodb.ts';
import { readEnvironment } from '../deployed/environment.ts';
import { createFunctionLog, functionLogger } from '../deployed/log.ts';
import { systemOf } from '../system.ts';
import { createRotation, type Swept } from './handler.ts';

const now = Date.now;
const environment = readEnvironment(process.env);
const log = createFunctionLog(functionLogger(environment.logLevel), 'rotation', now);
const { events, views } = openDynamodb({
  ...environment.store,
  now,
  onBadSnapshot: ({ stream, sequence, reason }) => log.trouble(`snapshot ${sequence} of ${stream}`, reason),
});
const { writeSchema } = systemOf(events, { milliseconds: 10_000, now });
const { certificates } = certificatesAtAws({ ...environment, views, now });
// The next sweep begins after a minute.
const rotate = createRotation({ certificates, events, views, now, id: randomUUID, writeSchema, longest: 50_000 });

/** What the schedule sends. */
interface Sweep {
  readonly sweep: true;
}

/** `resources` are the certificates' ARNs (ACM user guide, Amazon EventBridge support for ACM). */
type CertificateNews = EventBridgeEvent<string, unknown>;

export const handler = async (event: Sweep | CertificateNews): Promise<void> => {
  const isSweep = 'sweep' in event;
  const swept = await rotate(isSweep ? undefined : event.resources);
  for (const [arn, reason] of swept.unanswered) log.trouble(`a look at ${arn}`, reason);
  if (isSweep) log.metrics(metricsOf(swept));
};

function metricsOf({ inUse, unanswered }: Swept) {
  const known = [...inUse.values()];
  const late = known.filter((one) => one !== undefined && one.notAfter > 0 && timeLeft(one, now()) !== 'enough');
  const failing = known.filter((one) => one?.failing !== undefined);
  return {
    CertificatesInUse: [known.length, 'Count'],
    CertificatesFailing: [failing.length, 'Count'],
    CertificatesNearExpiry: [late.length, 'Count'],
    CertificatesUnanswered: [unanswered.size, 'Count'],
  } as const;
}
