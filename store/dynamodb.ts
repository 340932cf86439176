// The deployed store: the log and the views in two tables of DynamoDB, snapshots in a bucket of S3. Where they are and who
// asks, the AWS SDK's own variables say (region, credentials, AWS_ENDPOINT_URL).
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { dynamodbLog } from './dynamodb-log.ts';
import { dynamodbEntries } from './dynamodb-views.ts';
import { requestHandler } from './request-handler.ts';
import { s3Snapshots } from './s3-snapshots.ts';
import type { BadSnapshot } from './snapshot.ts';
import type { Stores } from './through.ts';

export interface DynamodbPlaces {
  readonly logTable: string;
  readonly viewsTable: string;
  readonly bucket: string;
}

export interface DynamodbOptions extends DynamodbPlaces {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each snapshot that was passed over because it is damaged. */
  readonly onBadSnapshot?: (bad: BadSnapshot) => void;
}

// A large snapshot is on its way for longer; a connection on which nothing moves is given up.
const transferHandler = { connectionTimeout: 1_000, socketTimeout: 5_000 };

/** Makes no request. The clients are closed when both stores are. */
export function openDynamodb({ logTable, viewsTable, bucket, now, onBadSnapshot }: DynamodbOptions): Stores {
  const client = new DynamoDBClient({ requestHandler });
  // Emulators answer on one host for all buckets.
  const elsewhere = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const s3 = new S3Client({ requestHandler: transferHandler, forcePathStyle: elsewhere !== undefined });
  const open = new Set(['events', 'views']);
  const closed = (part: string) => {
    if (!open.delete(part) || open.size > 0) return;
    client.destroy();
    s3.destroy();
  };
  const events = dynamodbLog({ client, table: logTable, now });
  return {
    events: {
      ...events,
      async close() {
        await events.close();
        closed('events');
      },
    },
    views: {
      ...dynamodbEntries({ client, table: viewsTable, now }),
      ...s3Snapshots({ client, s3, table: viewsTable, bucket, ...(onBadSnapshot && { onBadSnapshot }) }),
      async close() {
        closed('views');
      },
    },
  };
}
