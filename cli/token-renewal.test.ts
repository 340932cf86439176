// When a token is renewed, and what happens while it cannot be; with a clock that stands still.
import { describe, expect, it } from 'vitest';
import { Failure } from './failure.ts';
import type { IssuedToken } from './issued-token.ts';
import { renewToken } from './token-renewal.ts';

/** Renews with a clock that stands still, ends after so many waits, and tells what happened. */
async function renewed(answers: readonly (number | Error)[]) {
  const end = new AbortController();
  const waits: number[] = [];
  const used: string[] = [];
  const warnings: string[] = [];
  let asked = 0;
  await renewToken({
    request: () => {
      const answer = answers[asked++];
      if (answer === undefined || answer instanceof Error) return Promise.reject(answer ?? new Failure('no more'));
      return Promise.resolve({ token: `token ${asked}`, resource: 'arn', expiresAt: answer });
    },
    use: ({ token }: IssuedToken) => {
      used.push(token);
      return Promise.resolve();
    },
    warn: (message) => warnings.push(message),
    signal: end.signal,
    sleep: (ms) => {
      waits.push(ms);
      if (asked === answers.length) end.abort();
      return Promise.resolve();
    },
    now: () => 0,
  });
  return { waits, used, warnings };
}

describe('the renewal of a token', () => {
  it('asks for the next at half the life of each', async () => {
    expect(await renewed([3600, 1800, 900])).toEqual({
      waits: [1_800_000, 900_000, 450_000],
      used: ['token 1', 'token 2', 'token 3'],
      warnings: [],
    });
  });

  it('goes on asking with growing pauses, says so, and starts again when it has one', async () => {
    const lost = new Failure('nothing answers');
    const { waits, used, warnings } = await renewed([3600, lost, lost, lost, 3600, lost]);
    expect(waits).toEqual([1_800_000, 1000, 2000, 4000, 1_800_000, 1000]);
    expect(used).toEqual(['token 1', 'token 5']);
    expect(warnings[0]).toBe(
      'the token was not renewed (nothing answers); trying again in 1 s, the old one is good until 1970-01-01T01:00:00.000Z',
    );
  });

  it('never asks more often than once a second, however short a life is', async () => {
    expect((await renewed([1, 1])).waits).toEqual([1000, 1000]);
  });

  it('needs the first token', async () => {
    await expect(renewed([new Failure('refused')])).rejects.toThrow('refused');
  });

  it('does not hide a bug', async () => {
    await expect(renewed([3600, new TypeError('bug'), 3600])).rejects.toThrow(TypeError);
  });
});
