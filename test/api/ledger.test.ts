// The loop around every decision: races are lost and run again, time never runs backwards in a stream, and a log that
// this release cannot read is said to be so.
import { describe, expect, test } from 'vitest';
import type { Commit } from '#events/event.ts';
import type { EventStore } from '#events/store.ts';
import { storeFailure } from '#events/store-failure.ts';
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

  test('is what a store is that takes nothing because it is asked too much at once; one that fails is not', async () => {
    const events = memoryEventStore();
    const causes = [storeFailure('throttled', true), storeFailure('away')];
    const { run, pauses } = ledgerOn({
      ...events,
      async append(commits) {
        const cause = causes.shift();
        if (cause !== undefined) throw cause;
        return events.append(commits);
      },
    });
    await expect(run(create(mesh()))).rejects.toThrow('away');
    expect(pauses).toEqual([5]);
    expect(commitOf(await run(create(mesh()))).version).toBe(1);
  });
});

/** A log whose appends come to their end when the test says so, in their order. */
function heldBack() {
  const events = memoryEventStore();
  const waiting: (() => void)[] = [];
  const calls: (readonly Commit[])[] = [];
  let fails = false;
  const log: EventStore = {
    ...events,
    async append(commits, upon) {
      calls.push(commits);
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (fails) throw new Error('the disk is full');
      return events.append(commits, upon);
    },
  };
  const release = (failing = false) => {
    fails = failing;
    for (const go of waiting.splice(0)) go();
  };
  return { events, log, calls, release };
}

describe('calls that come while an append is on its way', () => {
  test('are decided upon it and appended right behind', async () => {
    const { events, log, calls, release } = heldBack();
    await ledgerOn(events).run(create(mesh()));
    const { run, pauses } = ledgerOn(log);
    const outcomes = [run(create(node('red'))), run(update(node('red'))), run(create(node('blue')))];
    await expect.poll(() => calls.length).toBe(3);
    release();
    expect((await Promise.all(outcomes)).map((outcome) => commitOf(outcome).version)).toEqual([2, 3, 4]);
    expect(pauses).toEqual([]);
  });

  test('are on a mesh of their own account: both are listed', async () => {
    const { log, calls, release } = heldBack();
    const { ledger, pauses } = ledgerOn(log);
    const { accountId } = owner;
    const outcomes = ['one', 'two'].map((name) =>
      ledger.run({
        owner: accountId,
        meshName: name,
        command: create({ ...mesh(), ref: { kind: 'mesh', name } }),
        caller: owner,
        requestId: 'r',
      }),
    );
    await expect.poll(() => calls.length).toBe(2);
    release();
    expect((await Promise.all(outcomes)).map((outcome) => commitOf(outcome).version)).toEqual([1, 1]);
    expect(await ledger.account(accountId)).toMatchObject({ sequence: 2 });
    expect(pauses).toEqual([]);
  });

  test('are shown none of it before it is there', async () => {
    const { events, log, calls, release } = heldBack();
    await ledgerOn(events).run(create(mesh()));
    const { ledger, run } = ledgerOn(log);
    const created = run(create(node('red')));
    await expect.poll(() => calls.length).toBe(1);
    expect(await ledger.mesh(owner.accountId, meshName)).toMatchObject({ sequence: 1 });
    let told = false;
    const refused = run(create(node('red'))).finally(() => {
      told = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(told).toBe(false);
    release();
    expect([await refused, await created]).toMatchObject([{ refused: 'exists' }, { done: 'appended' }]);
  });

  test('are decided again when it comes to nothing', async () => {
    const { events, log, calls, release } = heldBack();
    await ledgerOn(events).run(create(mesh()));
    const { run } = ledgerOn(log);
    const failed = run(create(node('red')));
    const again = run(create(node('red')));
    const behind = run(update(node('red')));
    failed.catch(() => {});
    behind.catch(() => {});
    await expect.poll(() => calls.length).toBe(2);
    release(true);
    await expect(failed).rejects.toThrow('the disk is full');
    await expect.poll(() => calls.length).toBe(3);
    release();
    expect(commitOf(await again).version).toBe(2);
    await expect(behind).rejects.toThrow('the disk is full');
  });

  test('do not take the place of a commit that another has put there instead', async () => {
    const { events, log, calls, release } = heldBack();
    const other = ledgerOn(events);
    await other.run(create(mesh()));
    const { run } = ledgerOn(log);
    const outcomes = [run(create(node('red'))), run(update(node('red')))];
    await expect.poll(() => calls.length).toBe(2);
    await other.run(create(node('blue')));
    release();
    const finished = Promise.all(outcomes);
    const releasing = setInterval(release, 1);
    const [created, updated] = await finished;
    clearInterval(releasing);
    expect(created).toMatchObject({ done: 'appended' });
    // Whichever of the two was quicker to try again: the update finds the node or says that there is none.
    expect(updated).toSatisfy((outcome: Outcome) => 'done' in outcome || outcome.refused === 'not-found');
    const versions = (await events.read(stream, 1)).map(({ events: [event] }) => event);
    expect(versions.slice(0, 3)).toMatchObject([
      { type: 'ResourceCreated', ref: { kind: 'mesh' } },
      { type: 'ResourceCreated', ref: { name: 'blue' } },
      { type: 'ResourceCreated', ref: { name: 'red' } },
    ]);
  });
});

describe('a state that the request has read itself', () => {
  test('saves reading it again, and is not believed once a race was lost', async () => {
    const events = memoryEventStore();
    const other = ledgerOn(events);
    await other.run(create(mesh()));
    const reads: string[] = [];
    const { ledger } = ledgerOn({
      ...events,
      read(asked, from, limit) {
        reads.push(asked);
        return events.read(asked, from, limit);
      },
    });
    const read = await ledger.mesh(owner.accountId, meshName);
    if ('refused' in read) expect.fail(read.refused);
    const call = { owner: owner.accountId, meshName, read, caller: owner, requestId: 'r' };
    reads.length = 0;
    expect(commitOf(await ledger.run({ ...call, command: create(node('red')) })).version).toBe(2);
    expect(reads).toEqual([]);
    expect(await ledger.run({ ...call, command: create(node('red')) })).toMatchObject({ refused: 'exists' });
    expect(reads).toEqual([stream]);
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
