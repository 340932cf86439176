// The lines of the log: one JSON object each.
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
