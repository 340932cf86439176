// The organization's file: what it says is written, its mistakes are named, and a slip of the pen takes nobody's membership.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Membership } from '#events/organization.ts';
import { organizationSuite } from '#test/suites/organization.ts';
import { parseOrganization } from './organization-document.ts';
import { organizationFile, watchOrganization } from './organization-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-organization-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fileOf = (value: unknown) => {
  files += 1;
  const file = join(folder, `${files}.json`);
  const write = (next: unknown) => writeFileSync(file, typeof next === 'string' ? next : JSON.stringify(next));
  write(value);
  return { file, write };
};

organizationSuite(() => {
  const { file, write } = fileOf({});
  return { source: organizationFile(file), set: write, spoil: () => write('{"id": "o-large", "acc') };
});

describe('the document', () => {
  const account = '111111111111';

  test('says whether sharing is enabled, or leaves it open', () => {
    expect(parseOrganization('{"id":"o-a","sharingEnabled":false}')).toMatchObject({
      membership: { sharingEnabled: false },
    });
    expect(parseOrganization('{"id":"o-a","sharingEnabled":null}')).toEqual({
      membership: { id: 'o-a', units: [], accounts: [] },
    });
  });

  test('may name an account of a unit among all accounts, too', () => {
    const text = JSON.stringify({ id: 'o-a', accounts: [account], units: [{ id: 'ou-a', accounts: [account] }] });
    expect(parseOrganization(text)).toMatchObject({ membership: { accounts: [], units: [{ accounts: [account] }] } });
  });

  test.each<[unknown, string]>([
    ['{', 'is not valid JSON'],
    [[], 'must hold an object'],
    [{}, 'member "id" is missing'],
    [{ id: 7 }, 'member "id" must be a string of 1 to 64 letters, digits or -'],
    [{ id: 'o-a', members: [] }, 'member "members" is not known'],
    [{ id: 'o-a', accounts: account }, 'member "accounts" must be a list'],
    [{ id: 'o-a', accounts: [account, 1] }, 'member "accounts[1]" must be an account, a string of twelve digits'],
    [{ id: 'o-a', sharingEnabled: 'yes' }, 'member "sharingEnabled" must be true or false'],
    [{ id: 'o-a', units: ['ou-a'] }, 'member "units[0]" must be an object'],
    [{ id: 'o-a', units: [{ accounts: [] }] }, 'member "units[0].id" is missing'],
    [{ id: 'o-a', units: [{ id: 'u', name: 'n' }] }, 'member "units[0].name" is not known'],
    [{ id: 'o-a', units: [{ id: 'u' }, { id: 'u' }] }, 'member "units[1].id" is that of units[0] already'],
    [{ id: 'o-a', units: [{ id: 'u', parent: 'r-root' }] }, 'member "units[0].parent" names no unit: r-root'],
    [{ id: 'o-a', units: [{ id: 'u', parent: 'u' }] }, 'member "units[0].parent" puts the unit below itself'],
    [
      {
        id: 'o-a',
        units: [
          { id: 'u', accounts: [account] },
          { id: 'v', accounts: [account] },
        ],
      },
      `member "units[1].accounts" has ${account}, which is in units[0]`,
    ],
  ])('%j is told what is wrong with it', (value, fault) => {
    const parsed = parseOrganization(typeof value === 'string' ? value : JSON.stringify(value));
    expect('faults' in parsed && parsed.faults).toEqual([expect.stringContaining(fault)]);
  });
});

describe('the watch', () => {
  async function watching(value: unknown) {
    const { file, write } = fileOf(value);
    const written: Membership[] = [];
    const report = vi.fn();
    const onTrouble = vi.fn();
    let failure: Error | undefined;
    const writer = {
      async write(membership: Membership) {
        if (failure !== undefined) throw failure;
        written.push(membership);
      },
    };
    const fail = (error: Error | undefined) => {
      failure = error;
    };
    const { close } = await watchOrganization({ file, writer, report, onTrouble, interval: 5 });
    return { write, written, report, onTrouble, fail, close };
  }

  test('writes the file and every change of it', async () => {
    const { write, written, close } = await watching({ id: 'o-a' });
    expect(written).toEqual([{ id: 'o-a', units: [], accounts: [] }]);
    write({ id: 'o-a', accounts: ['111111111111'] });
    await vi.waitFor(() => expect(written.at(-1)?.accounts).toEqual(['111111111111']));
    await close();
  });

  test('reports a mistake once, by file and member, and goes on with what it read before', async () => {
    const { write, written, report, close } = await watching({ id: 'o-a' });
    write({ id: 'o-a', accounts: ['1'] });
    await vi.waitFor(() => expect(report).toHaveBeenCalled());
    expect(report).toHaveBeenCalledWith(
      expect.stringMatching(/^Organization file .*: member "accounts\[0\]" must be .* stays in force\.$/),
    );
    write({ id: 'o-a', accounts: ['222222222222'] });
    await vi.waitFor(() => expect(written.at(-1)?.accounts).toEqual(['222222222222']));
    expect(report).toHaveBeenCalledOnce();
    expect(written).toHaveLength(2);
    await close();
  });

  test('tries again when the log could not be written', async () => {
    const { write, written, onTrouble, fail, close } = await watching({ id: 'o-a' });
    const failure = new Error('the disk is full');
    fail(failure);
    write({ id: 'o-b' });
    await vi.waitFor(() => expect(onTrouble).toHaveBeenCalledWith(failure));
    fail(undefined);
    await vi.waitFor(() => expect(written.at(-1)?.id).toBe('o-b'));
    expect(onTrouble.mock.calls).toEqual([[failure], [undefined]]);
    await close();
  });

  test('does not begin with a file that is wrong or not there', async () => {
    await expect(watching('[]')).rejects.toThrow('must hold an object');
    const parts = { writer: { write: async () => {} }, report: vi.fn(), onTrouble: vi.fn() };
    await expect(watchOrganization({ file: join(folder, 'none'), ...parts })).rejects.toThrow(/none: cannot be read/);
  });
});
