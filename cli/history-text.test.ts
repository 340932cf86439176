// What `heddle history` prints: an entry a line, its differences below it, and nothing that a terminal would obey.
import { describe, expect, it } from 'vitest';
import { differenceText, type HistoryEntry, historyText, timeText } from './history-text.ts';

const arn = 'arn:aws:appmesh:us-east-1:000000000000:mesh/m';
const entry: HistoryEntry = {
  sequence: 12,
  time: 1_767_225_600.5,
  actor: 'arn:aws:iam::000000000000:root',
  client: 'aws-cli/2.31',
  requestId: 'r',
  kind: 'route',
  resource: `${arn}/virtualRouter/r/route/x`,
  change: 'updated',
  version: 3,
  diff: [{ path: 'spec.priority', before: 1, after: 2 }],
};

describe('an entry', () => {
  it('is a line in columns, with what differs below it', () => {
    const first = { ...entry, sequence: 9, resource: arn, change: 'created', version: 1, client: null, diff: [] };
    expect(historyText([entry, first])).toBe(
      [
        '12  2026-01-01T00:00:00.500Z  virtualRouter/r/route/x  updated, version 3  arn:aws:iam::000000000000:root  aws-cli/2.31',
        '    ~ spec.priority: 1 → 2',
        ' 9  2026-01-01T00:00:00.500Z  mesh                     created, version 1  arn:aws:iam::000000000000:root',
      ].join('\n'),
    );
  });

  it('says of a rollback what it went back to', () => {
    expect(historyText([{ ...entry, restored: 7, diff: [] }])).toContain('  updated, version 3 (rolled back to 7)  ');
    expect(historyText([{ ...entry, restored: null, diff: [] }])).toContain('  updated, version 3  ');
  });

  it('shows the beginning of a client that has much to say of itself', () => {
    const client = 'aws-cli/2.31.6 md/awscrt#0.27.6 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.13.7';
    expect(historyText([{ ...entry, client, diff: [] }])).toMatch(
      / {2}aws-cli\/2\.31\.6 md\/awscrt#0\.27\.6 ua\/2\.1…$/,
    );
    const short = client.slice(0, 40);
    expect(historyText([{ ...entry, client: short, diff: [] }]).endsWith(`  ${short}`)).toBe(true);
  });

  it('obeys no client that calls itself by control sequences', () => {
    expect(historyText([{ ...entry, client: 'a\u009b2Jb\u202ec', diff: [] }])).toMatch(/ {2}a2Jbc$/);
    const name = 'x\u001b[2J';
    expect(differenceText({ path: `tags[key=${name}]`, after: { key: name } })).not.toContain('\u001b');
  });
});

it('prints times to the millisecond, so that --at takes them', () => {
  expect(timeText(1_767_225_600.001)).toBe('2026-01-01T00:00:00.001Z');
});

describe('a difference', () => {
  it.each<[string, Parameters<typeof differenceText>[0], string]>([
    ['texts', { path: 'a', before: 'x', after: 'y: z' }, '~ a: x → "y: z"'],
    ['an added text', { path: 'a', after: true }, '+ a: true'],
    ['a removed list', { path: 'a', before: ['x', 'y'] }, '- a:\n    - x\n    - y'],
    ['an added record', { path: 'a', after: { b: { c: 1 }, d: [] } }, '+ a:\n    b:\n      c: 1\n    d: []'],
    ['nothing in it', { path: 'spec', after: {} }, '+ spec: {}'],
    ['another form', { path: 'a', before: 1, after: { b: 2 } }, '- a: 1\n+ a:\n    b: 2'],
    ['texts of several lines', { path: 'a', before: 'x\ny', after: '' }, '~ a: "x\\ny" → ""'],
  ])('of %s is YAML with its path', (_, difference, text) => {
    expect(differenceText(difference)).toBe(text);
  });
});
