// What sharing costs a call: a mesh shared with a thousand accounts, by invitation and inside an organization, and an
// account with two thousand pointers to meshes of others, each beside a mesh that is not shared.
// `npm run bench:sharing`; BENCH_REQUESTS is the number of requests in a round.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AcceptResourceShareInvitationCommand,
  CreateResourceShareCommand,
  GetResourceShareInvitationsCommand,
  RAMClient,
} from '@aws-sdk/client-ram';
import { arnOf } from '#events/names.ts';
import { startHeddle } from './api/heddle-server.ts';
import { type Keys, type Plain, signerFor } from './api/signed-request.ts';
import { load } from './api/wire-load.ts';

const requests = Number(process.env.BENCH_REQUESTS ?? 500);
const rounds = 7;
const size = { accounts: 1000, meshes: 2000, perShare: 80 };
const mostSlower = 1.25;

interface Caller extends Keys {
  readonly accountId: string;
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const callerOf = (accountId: string): Caller => ({
  accountId,
  accessKeyId: `KEY${accountId}`,
  secretAccessKey: `secret-of-${accountId}`,
});
const number = (first: number) => (index: number) => String(first + index);
const owner = callerOf('111111111111');
/** Owns the two thousand meshes that `consumer` is pointed to. */
const giver = callerOf('222222222222');
const consumer = callerOf('333333333333');
/** Owns a mesh and is pointed to none. */
const bystander = callerOf('444444444444');
const invited = range(size.accounts).map(number(500_000_000_000)).map(callerOf);
const members = range(size.accounts).map(number(600_000_000_000)).map(callerOf);

/** Writes who may call, and the organization of the owner and the members. */
function prepareFolder(folder: string): { readonly organizationFile: string } {
  const data = join(folder, 'heddle');
  mkdirSync(data, { mode: 0o700 });
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const credentials = [owner, giver, consumer, bystander, ...invited, ...members].map((caller) => ({
    ...caller,
    arn: `arn:aws:iam::${caller.accountId}:user/bench`,
    policies: [{ Version: '2012-10-17', Statement }],
  }));
  writeFileSync(join(data, 'credentials.json'), JSON.stringify(credentials), { mode: 0o600 });
  const organizationFile = join(folder, 'organization.json');
  const accounts = [owner, ...members].map(({ accountId }) => accountId);
  writeFileSync(organizationFile, JSON.stringify({ id: 'o-bench12345', accounts, sharingEnabled: true }));
  return { organizationFile };
}

const meshes = '/v20190125/meshes';
const meshArn = ({ accountId }: Caller, meshName: string): string =>
  arnOf({ region: 'us-east-1', account: accountId, meshName, key: 'mesh' });

const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-sharing-'));
try {
  const { organizationFile } = prepareFolder(folder);
  await using heddle = await startHeddle(folder, { HEDDLE_ORGANIZATION_FILE: organizationFile });
  const { target } = heddle;
  const endpoint = `http://${target.host}:${target.port}`;
  const run = async (caller: Caller, plain: readonly Plain[], concurrency: number) =>
    load(target, await Promise.all(plain.map(signerFor(target, caller))), concurrency);

  const first = new RAMClient({ region: 'us-east-1', endpoint, credentials: owner });
  const ramOf = (credentials: Caller): RAMClient =>
    new RAMClient({ region: 'us-east-1', endpoint, credentials, requestHandler: first.config.requestHandler });
  async function share(by: Caller, meshNames: readonly string[], principals: readonly Caller[]): Promise<void> {
    const command = new CreateResourceShareCommand({
      name: meshNames[0],
      resourceArns: meshNames.map((meshName) => meshArn(by, meshName)),
      principals: principals.map(({ accountId }) => accountId),
    });
    await ramOf(by).send(command);
  }
  async function acceptAll(caller: Caller): Promise<void> {
    const ram = ramOf(caller);
    const { resourceShareInvitations = [] } = await ram.send(new GetResourceShareInvitationsCommand({}));
    for (const { resourceShareInvitationArn, status } of resourceShareInvitations) {
      if (status !== 'PENDING') continue;
      await ram.send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
    }
  }

  const makeMesh = (meshName: string): Plain => ({ method: 'PUT', path: meshes, body: { meshName } });
  const nodeIn = (meshName: string, method: 'GET' | 'PUT', meshOwner?: Caller): Plain => ({
    method,
    path: `${meshes}/${meshName}/virtualNodes/node`,
    ...(meshOwner && { query: { meshOwner: meshOwner.accountId } }),
    ...(method === 'PUT' && { body: { spec: {} } }),
  });
  const makeNode = (meshName: string): Plain => ({
    method: 'PUT',
    path: `${meshes}/${meshName}/virtualNodes`,
    body: { virtualNodeName: 'node', spec: {} },
  });

  for (const meshName of ['unshared', 'invited', 'organized'])
    await run(owner, [makeMesh(meshName), makeNode(meshName)], 1);
  for (const caller of [consumer, bystander]) await run(caller, [makeMesh('own'), makeNode('own')], 1);
  // A share of a thousand principals is the most that one call may name.
  await share(owner, ['invited'], invited);
  await share(owner, ['organized'], members);
  for (const caller of invited) await acceptAll(caller);
  const names = range(size.meshes).map((index) => `given-${index}`);
  await run(giver, names.map(makeMesh), 8);
  for (let at = 0; at < names.length; at += size.perShare)
    await share(giver, names.slice(at, at + size.perShare), [consumer]);
  await acceptAll(consumer);
  const list: Plain = { method: 'GET', path: meshes, query: { limit: '100' } };

  interface Row {
    readonly what: string;
    readonly caller: Caller;
    readonly plain: Plain;
    readonly beside: { readonly caller: Caller; readonly plain: Plain };
    /** What a list shows more takes its time: told, not judged. */
    readonly told?: true;
  }
  const [guest = consumer] = invited;
  const [colleague = consumer] = members;
  const plainRead = { caller: owner, plain: nodeIn('unshared', 'GET') };
  const plainWrite = { caller: owner, plain: nodeIn('unshared', 'PUT') };
  const rows: readonly Row[] = [
    {
      what: 'owner describes, 1,000 accounts invited',
      caller: owner,
      plain: nodeIn('invited', 'GET'),
      beside: plainRead,
    },
    {
      what: 'owner updates, 1,000 accounts invited',
      caller: owner,
      plain: nodeIn('invited', 'PUT'),
      beside: plainWrite,
    },
    { what: 'one of them describes', caller: guest, plain: nodeIn('invited', 'GET', owner), beside: plainRead },
    {
      what: 'owner describes, 1,000 accounts of the organization',
      caller: owner,
      plain: nodeIn('organized', 'GET'),
      beside: plainRead,
    },
    {
      what: 'owner updates, 1,000 accounts of the organization',
      caller: owner,
      plain: nodeIn('organized', 'PUT'),
      beside: plainWrite,
    },
    { what: 'one of them describes', caller: colleague, plain: nodeIn('organized', 'GET', owner), beside: plainRead },
    {
      what: 'account with 2,000 pointers describes its own',
      caller: consumer,
      plain: nodeIn('own', 'GET'),
      beside: { caller: bystander, plain: nodeIn('own', 'GET') },
    },
    {
      what: 'account with 2,000 pointers updates its own',
      caller: consumer,
      plain: nodeIn('own', 'PUT'),
      beside: { caller: bystander, plain: nodeIn('own', 'PUT') },
    },
    {
      what: 'account with 2,000 pointers describes one of theirs',
      caller: consumer,
      plain: { method: 'GET', path: `${meshes}/given-7`, query: { meshOwner: giver.accountId } },
      beside: { caller: bystander, plain: { method: 'GET', path: `${meshes}/own` } },
    },
    {
      what: '… lists a page of 100 meshes (other: a page of 1)',
      caller: consumer,
      plain: list,
      beside: { caller: bystander, plain: list },
      told: true,
    },
  ];

  console.log(
    `p50 of ${requests} requests one after the other, in ms; the least of ${rounds} rounds in which the two take turns`,
  );
  let worst = 0;
  for (const { what, caller, plain, beside, told } of rows) {
    // Writes wait for the disk, and lists are long.
    const count = told ? 20 : plain.method === 'PUT' ? Math.ceil(requests / 5) : requests;
    const repeated = (one: Plain) => range(count).map(() => one);
    const times = { shared: [] as number[], unshared: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.shared.push((await run(caller, repeated(plain), 1)).p50);
      times.unshared.push((await run(beside.caller, repeated(beside.plain), 1)).p50);
    }
    const [shared, unshared] = [Math.min(...times.shared), Math.min(...times.unshared)];
    const ratio = shared / unshared;
    if (told !== true) worst = Math.max(worst, ratio);
    console.log(
      `${what.padEnd(54)} ${shared.toFixed(3).padStart(8)} ${unshared.toFixed(3).padStart(8)}  ratio ${ratio.toFixed(2)}`,
    );
  }
  console.log(`at most ${worst.toFixed(2)} times an unshared mesh`);
  if (worst > mostSlower) {
    console.error(`too slow: it must be at most ${mostSlower} times`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
