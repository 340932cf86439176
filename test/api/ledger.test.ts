// The loop around every decision: races are lost and run again, time never runs backwards in a stream, and a log that
// this release cannot read is said to be so.
import { describe, expect, test } from 'vitest';
import type { Commit } from '#events/event.ts';
import type { EventStore } from '#events/store.ts';
import { type Call, createLedger, type Outcome } from '#functions/ledger.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { create, mesh, meshName, node, update } from '#test/given/documents.ts';
import { owner } from '#test/given/given.ts';

const stream = `mesh/${owner.accountId}/${meshName}`;
const accountStream = `account/${owner.accountId}`;

/** A ledger with a clock and ids of its own; `clock.now` may be set. */
function ledgerOn(events: EventStore, writeSchema = 1) {
  const clock = { now: 1_000_000 };
  const pauses: number[] = [];
  let ids = 0;
  const ledger = createLedger(events, memoryViewStore({ now: () => clock.now }), {
    now: () => clock.now,
    id: () => {
      ids += 1;
      return `id-${ids}-${Math.random()}`;
    },
    random: () => 1,
    sleep: async (pause) => {
      pauses.push(pause);
      clock.now += pause;
    },
    writeSchema: async () => writeSchema,
  });
  const run = (command: Call['command'], requestId = 'r') =>
    ledger.run({ owner: owner.accountId, meshName, command, caller: owner, requestId });
  return { ledger, run, clock, pauses };
}

const commitOf = (outcome: Outcome): Commit => ('done' in outcome ? outcome.commit : expect.fail(outcome.refused));

describe('a commit', () => {
  test('says who did what when, in which request and schema', async () => {
    const events = memoryEventStore();
    await ledgerOn(events).run(create(mesh()), 'the-request');
    const [commit] = await events.read(stream, 1);
    expect(commit).toMatchObject({
      stream,
      version: 1,
      time: 1_000_000,
      schema: 1,
      actor: owner,
      requestId: 'the-request',
    });
    const [listed] = await events.read(accountStream, 1);
    expect(listed?.id).toBe(commit?.id);
  });

  test('never has a time before that of the commit before it, whatever the clock says', async () => {
    const events = memoryEventStore();
    const { run, clock } = ledgerOn(events);
    await run(create(mesh()));
    clock.now = 500_000;
    expect(commitOf(await run(create(node('red')))).time).toBe(1_000_000);
    clock.now = 1_000_001;
    expect(commitOf(await run(update(node('red')))).time).toBe(1_000_001);
  });

  test('is never written in a schema that this release does not know', async () => {
    const { run } = ledgerOn(memoryEventStore(), 99);
    expect(commitOf(await run(create(mesh()))).schema).toBe(1);
  });
});

describe('a lost race', () => {
  test('is decided again on what the winner left', async () => {
    const events = memoryEventStore();
    const other = ledgerOn(events);
    let interfere = true;
    const { run, pauses } = ledgerOn({
      ...events,
      async append(commits) {
        if (interfere) {
          interfere = false;
          await other.run(create(node('blue')));
        }
        return events.append(commits);
      },
    });
    await other.run(create(mesh()));
    expect(commitOf(await run(create(node('red')))).version).toBe(3);
    expect(pauses).toEqual([5]);
  });

  test('that the winner decided is a refusal, not another try', async () => {
    const events = memoryEventStore();
    const other = ledgerOn(events);
    await other.run(create(mesh()));
    let interfere = true;
    const { run } = ledgerOn({
      ...events,
      async append(commits) {
        if (interfere) await other.run(create(node('red')));
        interfere = false;
        return events.append(commits);
      },
    });
    expect(await run(create(node('red')))).toMatchObject({ refused: 'exists' });
  });

  test('again and again ends after 15 seconds with too many requests', async () => {
    const events = memoryEventStore();
    const { run, pauses } = ledgerOn({
      ...events,
      append: async () => ({ ok: false, lost: { stream, expected: 0, current: 1 } }),
    });
    expect(await run(create(mesh()))).toMatchObject({ refused: 'too-busy' });
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThanOrEqual(15_000);
    expect(Math.max(...pauses)).toBe(1000);
  });
});

describe('the same CreateMesh twice at once', () => {
  test('has one effect, even if the other is done between two reads', async () => {
    const events = memoryEventStore();
    const token = { token: 't', operation: 'CreateMesh', hash: 'one' };
    const first = ledgerOn(events);
    const answers: Outcome[] = [];
    for (const between of [stream, accountStream]) {
      let interfere = true;
      const { run } = ledgerOn({
        ...events,
        async read(asked, from, limit) {
          if (asked === between && interfere) {
            interfere = false;
            answers.push(await first.run(create(mesh(), [], token)));
          }
          return events.read(asked, from, limit);
        },
      });
      answers.push(await run(create(mesh(), [], token)));
    }
    expect(answers.map((answer) => ('done' in answer ? answer.done : answer))).toEqual([
      'appended',
      'repeated',
      'repeated',
      'repeated',
    ]);
  });
});

describe('a commit of a newer release', () => {
  test('makes its stream unavailable, and no other', async () => {
    const events = memoryEventStore();
    const { ledger, run } = ledgerOn(events);
    const first = commitOf(await run(create(mesh())));
    await events.append([{ ...first, id: 'newer', version: 2, schema: 99, events: [] }]);
    const refusal = {
      refused: 'unavailable',
      reason: expect.stringMatching(/version 1: .*newer release, in schema 99/),
    };
    expect(await ledger.mesh(owner.accountId, meshName)).toMatchObject(refusal);
    expect(await run(create(node('red')))).toMatchObject(refusal);
    expect(await ledger.mesh(owner.accountId, 'other')).toMatchObject({ sequence: 0 });
    expect(await ledger.account(owner.accountId)).toMatchObject({ sequence: 1 });
  });
});
