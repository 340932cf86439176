// Writes to a mesh as the API does, onto any log, and what no release can read.
import { randomUUID } from 'node:crypto';
import type { Command } from '#events/command.ts';
import type { Commit } from '#events/event.ts';
import { isRefusal } from '#events/refusal.ts';
import type { EventStore } from '#events/store.ts';
import { createLedger } from '#functions/ledger.ts';
import { memoryViewStore } from '#store/memory.ts';
import { create, type Document, meshName } from '#test/given/documents.ts';
import { owner } from '#test/given/given.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';

export const stream = `mesh/${owner.accountId}/${meshName}`;

export interface MeshWriter {
  /** Creates documents and runs commands, in their order. */
  write(...steps: readonly (Document | Command)[]): Promise<void>;
}

export function meshWriter(events: EventStore): MeshWriter {
  const ledger = createLedger(events, memoryViewStore({ now: () => 0 }), {
    now: Date.now,
    id: randomUUID,
    random: Math.random,
    sleep: async () => {},
    writeSchema: async () => 1,
  });
  return {
    async write(...steps) {
      for (const step of steps) {
        const command = 'type' in step ? step : create(step);
        const outcome = await ledger.run({
          owner: owner.accountId,
          meshName,
          command,
          caller: owner,
          requestId: randomUUID(),
        });
        if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome));
      }
    },
  };
}

/** A commit that tells of a node that nobody made: folding it throws. */
export const unreadable = (version: number): Commit => ({
  ...sampleCommit(stream, version),
  events: [{ type: 'TagsChanged', ref: { kind: 'virtualNode', name: 'nobody' }, tags: [] }],
});
