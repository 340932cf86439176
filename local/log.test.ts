// The lines of the log: one JSON object each.
import { spawnSync } from 'node:child_process';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { StreamEvent } from '#streamer/xds/status.ts';
import { createLog } from './log.ts';

function lines(level = 'info') {
  const written: Readonly<Record<string, unknown>>[] = [];
  const write = (line: string) => void written.push(JSON.parse(line));
  return { log: createLog({ logger: pino({ base: null, timestamp: false, level }, { write }) }), written };
}

const stream = {
  stream: 1,
  requestId: 'id',
  peer: '127.0.0.1:1',
  mode: 'delta',
  accountId: '111122223333',
  caller: 'arn:aws:iam::111122223333:user/ann',
  resource: 'mesh/111122223333/m/virtualNode/a',
} as const;

test('an event of a stream is one line, with an id, the caller and the resource', () => {
  const { log, written } = lines();
  log.stream({ ...stream, kind: 'opened' });
  const audit = { eventName: 'StreamAggregatedResources', eventStatus: 'ConnectionEstablished' };
  expect(written).toEqual([{ level: 30, ...stream, kind: 'opened', ...audit, msg: 'stream' }]);
});

test('pushes and acknowledgements are for whoever asks for them', () => {
  const events: readonly StreamEvent[] = [
    { ...stream, kind: 'acked', type: 'cluster', version: '1' },
    { ...stream, kind: 'settled', sequence: 1 },
  ];
  for (const [level, count] of [
    ['info', 0],
    ['debug', 2],
  ] as const) {
    const { log, written } = lines(level);
    for (const event of events) log.stream(event);
    expect(written).toHaveLength(count);
  }
});

test('what somebody should mend is a warning', () => {
  const { log, written } = lines('warn');
  log.warn('Credentials file F: is not valid JSON.');
  expect(written).toEqual([{ level: 40, msg: 'Credentials file F: is not valid JSON.' }]);
});

test('a stream that was refused because something failed has the cause as its error', () => {
  const { log, written } = lines();
  const refused = { ...stream, kind: 'refused', code: 14, message: 'not now' } as const;
  log.stream({ ...refused, cause: new Error('the disk is away') });
  log.stream(refused);
  const audit = { eventName: 'StreamAggregatedResources', failureReason: 'not now' };
  expect(written).toEqual([
    {
      level: 40,
      ...refused,
      ...audit,
      err: { type: 'Error', message: 'the disk is away', stack: expect.any(String) },
      msg: 'stream',
    },
    { level: 40, ...refused, ...audit, msg: 'stream' },
  ]);
});

test('a decision of the policies is one line, with the request, the caller and the statement', () => {
  const { log, written } = lines();
  log.authorization?.({
    requestId: 'id',
    caller: { accountId: '111122223333', arn: 'arn:aws:iam::111122223333:user/ann' },
    action: 'appmesh:DeleteMesh',
    resource: 'arn:aws:appmesh:us-east-1:111122223333:mesh/m',
    decision: 'explicitDeny',
    policy: 'AWSAppMeshReadOnly',
    statement: 'Statement[0]',
  });
  expect(written).toEqual([
    {
      level: 30,
      requestId: 'id',
      accountId: '111122223333',
      caller: 'arn:aws:iam::111122223333:user/ann',
      action: 'appmesh:DeleteMesh',
      resource: 'arn:aws:appmesh:us-east-1:111122223333:mesh/m',
      decision: 'explicitDeny',
      policy: 'AWSAppMeshReadOnly',
      statement: 'Statement[0]',
      msg: 'authorization',
    },
  ]);
});

// A program in a process of its own: standard error is gathered only there.
const run = (program: string) =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createLog, openLogger } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
       const log = createLog(openLogger('info'));
       const request = (requestId) => log.request({ requestId, sourceIp: '', method: 'GET', path: '/', status: 200, durationMs: 1 });
       ${program}`,
    ],
    { encoding: 'utf8' },
  ).stderr;
const requestIds = (text: string) => [...text.matchAll(/"requestId":"(\w+)"/g)].map(([, id]) => id);

test.each([
  ['ends', ''],
  ['is ended', 'process.exit(0);'],
  ['throws', 'setTimeout(() => { throw new Error("a bug"); }); await new Promise(() => {});'],
])('no line is lost when the process %s', (_, end) => {
  expect(requestIds(run(`request('one'); request('two'); ${end}`))).toEqual(['one', 'two']);
});

test('a line soon leaves the process, and at once when it is not about a request', () => {
  const kill = 'process.kill(process.pid, "SIGKILL");';
  expect(requestIds(run(`request('one'); log.bug(new Error('x'), 'two'); ${kill}`))).toEqual(['one', 'two']);
  expect(requestIds(run(`request('one'); setTimeout(() => { ${kill} }, 1000);`))).toEqual(['one']);
});
