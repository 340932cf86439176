// The log in DynamoDB: one item a commit, which is never changed. That a commit comes right behind another is known from
// reading that one, which stays true; that nobody else was first is the condition of the write.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AppendResult, EventStore } from '#events/store.ts';
import { storeFailure } from '#events/store-failure.ts';
import { appendVerdict } from './append-verdict.ts';
import { type CommitText, commitText } from './dynamodb-commit.ts';
import { logReader } from './dynamodb-read.ts';
import { dynamodbTail } from './dynamodb-tail.ts';
import { type Written, writeCommits } from './dynamodb-write.ts';
import { followers } from './followers.ts';
import { fullJitter } from './full-jitter.ts';
import { knownPositions } from './known-positions.ts';
import { takingTurns } from './taking-turns.ts';

export interface DynamodbLogOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** How long an append that conflicts or is throttled is tried again, in milliseconds. */
  readonly patience?: number;
}

type Upon = ReadonlyMap<string, string> | undefined;

const backoff = { first: 20, most: 500 };

export function dynamodbLog(options: DynamodbLogOptions): EventStore {
  const { client, table, now, random = Math.random, patience = 2_000 } = options;
  const reader = logReader(client, table);
  const known = knownPositions();
  const turns = takingTurns();
  const tail = dynamodbTail({ client, table, now, random });
  const following = followers((attending) => {
    if (attending) tail.watch(following.tell, following.tellTrouble);
    else tail.rest();
  });

  /** Asks the table for what decides on a commit's place. */
  async function look({ stream, version }: CommitText): Promise<void> {
    known.forget(stream);
    // The newest first: whatever stands at the version by then has its id read.
    const newest = await reader.newestVersion(stream);
    const last = Math.min(newest, version);
    const ids = last === 0 ? [] : await reader.ids(stream, Math.max(last - 1, 1), last);
    known.learnNewest(stream, newest);
    for (const [at, id] of ids) known.learn(stream, at, id);
  }

  async function append(commits: readonly CommitText[], upon: Upon): Promise<AppendResult> {
    const streams = commits.map(({ stream }) => stream);
    const started = now();
    for (let round = 0; ; round += 1) {
      const unknown = commits.filter(({ stream, version }) => !known.covers(stream, version, upon?.get(stream)));
      await Promise.all(unknown.map(look));
      const verdict = appendVerdict(commits, known, upon);
      if (verdict.kind === 'lost') return { ok: false, lost: verdict.lost };
      if (verdict.kind === 'alreadyAppended') return { ok: true };
      const written = await write(commits);
      if (written.done === 'written' || written.done === 'alreadyWritten') {
        for (const { stream, version, id } of commits) known.learn(stream, version, id);
        tail.told(commits);
        following.tell(streams);
        return { ok: true };
      }
      for (const stream of streams) known.forget(stream);
      const late = now() - started >= patience;
      if (written.done === 'busy') {
        if (late) throw storeFailure(written.cause, true);
        await sleep(fullJitter(round, backoff, random()));
      } else if (late) throw storeFailure(`${streams} cannot be written, and nothing is seen in the way`);
    }
  }

  async function write(commits: readonly CommitText[]): Promise<Written> {
    try {
      return await writeCommits(client, table, commits, now());
    } catch (error) {
      // It may have come through all the same.
      for (const { stream } of commits) known.forget(stream);
      throw error;
    }
  }

  return {
    append(commits, upon) {
      const texts = commits.map(commitText);
      const streams = texts.map(({ stream }) => stream);
      return turns.take(streams, () => append(texts, upon));
    },
    async read(stream, from, limit = Number.POSITIVE_INFINITY) {
      const start = Math.max(from, 1);
      const commits = await reader.commits(stream, start, limit);
      const restored = known.newestVersion(stream) >= start + commits.length && commits.length < limit;
      const other = commits.some(({ version, id }) => (known.idAt(stream, version) ?? id) !== id);
      // Appends went on while it was read, or the table is another one: either way it is looked at anew.
      if (restored || other) known.forget(stream);
      else if (commits.length < limit) {
        if (start === 1) known.learnNewest(stream, commits.length);
        for (const { version, id } of commits.slice(-2)) known.learn(stream, version, id);
      }
      return commits;
    },
    follow: following.follow,
    streams: reader.streams,
    async close() {
      following.close();
      await turns.rest();
    },
  };
}
