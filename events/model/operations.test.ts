// The table of operations against the commands of AWS's SDK, and what the table says of each.
import * as sdk from '@aws-sdk/client-app-mesh';
import { describe, expect, test } from 'vitest';
import { shapes } from './contract.ts';
import { nameMember, operations } from './operations.ts';

const commandNames = Object.keys(sdk)
  .filter((name) => name.endsWith('Command'))
  .map((name) => name.slice(0, -'Command'.length));

describe('the table of operations', () => {
  test('holds the 38 commands of the SDK and no more', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(commandNames.filter((name) => name !== '$').sort());
    expect(operations).toHaveLength(38);
  });

  test('has a method and path for each that no other has', () => {
    const routes = operations.map(({ method, uri }) => `${method} ${uri.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(routes).size).toBe(38);
  });

  test.each(operations)('$name has a place for every member of its path', ({ uri, members }) => {
    const inUri = [...uri.matchAll(/\{(\w+)\}/g)].map(([, member]) => member);
    const inPath = Object.keys(members).filter((member) => members[member]?.in === 'path');
    expect(inUri.sort()).toEqual(inPath.sort());
  });

  test.each(operations.filter(({ verb }) => verb !== 'List'))('$name names its resource', ({ kind, members }) => {
    expect(members).toHaveProperty(kind === undefined ? 'resourceArn' : nameMember(kind));
  });

  test.each(operations.filter(({ payload }) => payload !== undefined))(
    '$name answers with a member of its output',
    ({ output, payload = '' }) => {
      const shape = shapes[output];
      expect(shape?.type === 'structure' ? Object.keys(shape.members) : []).toEqual([payload]);
    },
  );

  test('knows a status for every error that an operation may give', () => {
    const named = new Set(operations.flatMap(({ errors }) => errors));
    expect([...named].filter((error) => !(error in sdk))).toEqual([]);
  });
});
