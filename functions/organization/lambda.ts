// The organization's membership as a Lambda that a schedule calls every minute, in an account that may read it.
import { randomUUID } from 'node:crypto';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { openDynamodb } from '#store/dynamodb.ts';
import { readEnvironment } from '../deployed/environment.ts';
import { awsOrganization } from './aws.ts';
import { createOrganization } from './handler.ts';
import { membershipWriter } from './membership.ts';

const now = Date.now;
const { events } = openDynamodb({ ...readEnvironment(process.env).store, now });

/** What it rejects with is in the function's log and counts as an error of it. */
export const handler = createOrganization({
  source: awsOrganization(new OrganizationsClient({ maxAttempts: 5 })),
  writer: membershipWriter({ events, id: randomUUID, now }),
});
