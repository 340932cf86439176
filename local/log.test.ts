// The lines of the log: one JSON object each.
import { spawnSync } from 'node:child_process';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test('a decision of the policies is one line, with the request, the caller and the statement', () => {
  const lines: string[] = [];
  const log = createLog(pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) }));
  log.authorization?.({
    requestId: 'id',
    caller: { accountId: '111122223333', arn: 'arn:aws:iam::111122223333:user/ann' },
    action: 'appmesh:DeleteMesh',
    resource: 'arn:aws:appmesh:us-east-1:111122223333:mesh/m',
    decision: 'explicitDeny',
    policy: 'AWSAppMeshReadOnly',
    statement: 'Statement[0]',
  });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
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
      `import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
       const log = createLog();
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
