// Steady traffic against one address, counted by the color that answers. A request that is not answered with 200 and a
// color is a failed one, whatever the reason.
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Color, colors } from './color-app.ts';

export interface Counted {
  readonly red: number;
  readonly blue: number;
  readonly failed: number;
}

/** Parts of the answers, 0 to 1. */
export type Shares = Readonly<Record<Color, number>>;

export interface Traffic {
  /** All requests so far. */
  counted(): Counted;
  /** The shares of the colors among the newest answers. */
  newest(): Shares;
  /** The same, of requests that were made since `mark` alone; undefined while there are too few of them. */
  sinceMark(): Shares | undefined;
  mark(): void;
  /** What went wrong with the first failed request. */
  firstFailure(): string | undefined;
  stop(): Promise<void>;
}

const clients = 8;
const pauseMs = 15;
const timeoutMs = 15_000;
/** Enough that a fair coin shows 50 ± 25 % (one window in ten million does not), few enough to be quickly there. */
const windowSize = 100;

interface Answer {
  readonly color: Color;
  /** How many marks had been set when it was asked for. */
  readonly asked: number;
}

export function startTraffic(url: URL): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const counts = { red: 0, blue: 0, failed: 0 };
  let window: readonly Answer[] = [];
  let era = 0;
  let firstFailure: string | undefined;
  let stopped = false;

  async function client(): Promise<void> {
    while (!stopped) {
      const asked = era;
      try {
        const color = await ask(url, agent);
        counts[color] += 1;
        window = [...window, { color, asked }].slice(-windowSize);
      } catch (error) {
        counts.failed += 1;
        firstFailure ??= error instanceof Error ? error.message : String(error);
      }
      await sleep(pauseMs);
    }
  }

  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    counted: () => ({ ...counts }),
    newest: () => shares(window),
    sinceMark() {
      const answers = window.filter(({ asked }) => asked === era);
      return answers.length < windowSize ? undefined : shares(answers);
    },
    mark() {
      era += 1;
    },
    firstFailure: () => firstFailure,
    async stop() {
      stopped = true;
      await all;
      agent.destroy();
    },
  };
}

/** One request; the color that answered, or an error that says what came instead. */
export function ask(url: URL, agent?: Agent): Promise<Color> {
  return new Promise((resolve, reject) => {
    const request = get(url, { ...(agent === undefined ? {} : { agent }), timeout: timeoutMs }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => {
          text += part;
        })
        .on('error', reject)
        .on('end', () => {
          const color = colors.find((one) => one === text);
          if (response.statusCode === 200 && color !== undefined) resolve(color);
          else reject(new Error(`${response.statusCode}: ${text.slice(0, 200)}`));
        });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    request.on('error', reject);
  });
}

function shares(answers: readonly Answer[]): Shares {
  const share = (wanted: Color): number =>
    answers.filter(({ color }) => color === wanted).length / Math.max(1, answers.length);
  return { red: share('red'), blue: share('blue') };
}
