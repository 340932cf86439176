// The first caller of an embedded control plane: an administrator with random keys, so that a fresh start has
// somebody who may sign a request. Written where Heddle reads credentials and where AWS clients do.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeSecretFile } from './secret-file.ts';

const ACCOUNT_ID = '000000000000';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

// 20 characters like AWS's own; the prefix keeps scanners from taking it for a key of AWS.
const randomAccessKeyId = (): string =>
  `HEDDLE${[...randomBytes(14)].map((byte) => BASE32[byte % BASE32.length]).join('')}`;

/**
 * Makes the administrator of account 000000000000: an entry in `file`, and a profile `heddle` with the region in
 * `dataDir/aws/credentials` (an AWS shared credentials file). Both get mode 0600.
 */
export const createAdministrator = (file: string, dataDir: string, region: string): void => {
  const accessKeyId = randomAccessKeyId();
  const secretAccessKey = randomBytes(30).toString('base64');
  const administrator = {
    accessKeyId,
    secretAccessKey,
    accountId: ACCOUNT_ID,
    arn: `arn:aws:iam::${ACCOUNT_ID}:user/heddle-admin`,
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
  };
  const profile = [
    '[heddle]',
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    `region = ${region}`,
    '',
  ];
  // The file that ends the first start comes last: after a crash between the two, both are made again.
  writeSecretFile(join(dataDir, 'aws', 'credentials'), profile.join('\n'));
  writeSecretFile(file, `${JSON.stringify([administrator], null, 2)}\n`);
};
