// The lines of the log: one JSON object each.
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test('a stream that was refused because something failed has the cause as its error', () => {
  const lines: string[] = [];
  const log = createLog(pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) }));
  const refused = { stream: 1, peer: 'p', mode: 'delta', kind: 'refused', code: 14, message: 'not now' } as const;
  log.stream({ ...refused, cause: new Error('the disk is away') });
  log.stream(refused);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 40,
      ...refused,
      err: { type: 'Error', message: 'the disk is away', stack: expect.any(String) },
      msg: 'stream',
    },
    { level: 40, ...refused, msg: 'stream' },
  ]);
});

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
