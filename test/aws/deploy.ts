// Deploys a stack of a CDK assembly as it is, without the CDK's command line: its assets as zip files into the bucket that
// the template names, the template to CloudFormation.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

interface Assets {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string; readonly packaging: 'zip' | 'file' };
        readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
      }
    >
  >;
}

/** The outputs of the stack, by their names. */
export type Outputs = Readonly<Record<string, string>>;

/** Deploys to where the environment's AWS variables point; `account` is theirs. */
export async function deploy(assembly: string, stack: string, account: string, region: string): Promise<Outputs> {
  const read = (file: string) => readFileSync(join(assembly, file), 'utf8');
  const { files } = JSON.parse(read(`${stack}.assets.json`)) as Assets;
  const s3 = new S3Client({ forcePathStyle: true });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it stands so in the assembly
  const filled = (text: string) => text.replace('${AWS::AccountId}', account).replace('${AWS::Region}', region);
  for (const { source, destinations } of Object.values(files)) {
    const Body = source.packaging === 'zip' ? zipped(join(assembly, source.path)) : read(source.path);
    for (const { bucketName, objectKey } of Object.values(destinations)) {
      const Bucket = filled(bucketName);
      await s3.send(new CreateBucketCommand({ Bucket })).catch(() => undefined);
      await s3.send(new PutObjectCommand({ Bucket, Key: objectKey, Body }));
    }
  }
  s3.destroy();
  return create(stack, read(`${stack}.template.json`));
}

async function create(StackName: string, TemplateBody: string): Promise<Outputs> {
  const client = new CloudFormationClient();
  // The bootstrap's version is no matter of the stack's.
  const {
    Rules: _rules,
    Parameters: { BootstrapVersion: _version, ...Parameters } = {},
    ...template
  } = JSON.parse(TemplateBody);
  const body = JSON.stringify({ ...template, Parameters });
  try {
    await client.send(
      new CreateStackCommand({ StackName, TemplateBody: body, Capabilities: ['CAPABILITY_NAMED_IAM'] }),
    );
    await waitUntilStackCreateComplete({ client, maxWaitTime: 120, minDelay: 0.2, maxDelay: 1 }, { StackName });
  } catch (error) {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    const reasons = StackEvents.flatMap(({ LogicalResourceId, ResourceStatusReason }) =>
      ResourceStatusReason === undefined ? [] : [`${LogicalResourceId}: ${ResourceStatusReason}`],
    );
    throw new Error(`${StackName} was not created: ${reasons.join('; ')}`, { cause: error });
  }
  const { Stacks: [made] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  client.destroy();
  return Object.fromEntries(
    (made?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** Python is there wherever the emulator is; Node makes no zip files. */
function zipped(folder: string): Buffer {
  const file = join(folder, '..', `${randomUUID()}.zip`);
  execFileSync('python3', ['-m', 'zipfile', '-c', file, ...readdirSync(folder)], { cwd: folder });
  return readFileSync(file);
}
