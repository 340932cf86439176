// How the demo shows itself: a picture redrawn in place on a terminal, plain lines elsewhere, JSON lines for programs.
import { type Color, colors, type Weights } from './color-app.ts';
import type { Counted, Shares } from './traffic.ts';

/** What there is to see at one moment; `shares` are 0 to 1, of the newest answers. */
export interface Scene {
  readonly phase: number;
  readonly phases: number;
  readonly weights: Weights;
  readonly shares: Shares;
  readonly counted: Counted;
  /** Of this phase. */
  readonly requestsPerSecond: number;
}

export interface Drawing {
  /** How often a scene is wanted, in milliseconds. */
  readonly everyMs: number;
  show(scene: Scene): void;
  /** A sentence that stays. */
  say(text: string): void;
}

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const ink: Readonly<Record<Color, string>> = { red: '\u001b[31m', blue: '\u001b[34m' };
const plain = '\u001b[0m';
const widestBar = 50;
const numbersWidth = 24;

export function createDrawing(screen: Screen, json: boolean): Drawing {
  if (json) {
    return {
      everyMs: 1000,
      show: (scene) => void screen.write(`${JSON.stringify(scene)}\n`),
      say: () => undefined,
    };
  }
  if (screen.isTTY !== true) {
    return {
      everyMs: 1000,
      show: (scene) => void screen.write(`${sceneLine(scene)}\n`),
      say: (text) => void screen.write(`${text}\n`),
    };
  }
  let drawn = 0;
  return {
    everyMs: 200,
    show(scene) {
      const lines = picture(scene, screen.columns || 80);
      // Up over the picture before, then each line anew and cleared to its end.
      const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
      screen.write(up + lines.map((line) => `${line}\u001b[K\n`).join(''));
      drawn = lines.length;
    },
    say(text) {
      screen.write(`${text}\n`);
      drawn = 0;
    },
  };
}

/** A scene as one line of plain text. */
export function sceneLine(scene: Scene): string {
  const parts = colors.map((color) => `${color} ${percent(scene.shares[color])} (weight ${scene.weights[color]})`);
  return `phase ${scene.phase}/${scene.phases}  ${parts.join('  ')}  ${totals(scene)}`;
}

/** A scene as the lines of a picture that is as wide as the terminal. */
export function picture(scene: Scene, columns: number): readonly string[] {
  const width = Math.max(5, Math.min(widestBar, columns - numbersWidth));
  const bars = colors.map((color) => {
    const share = scene.shares[color];
    const full = Math.round(share * width);
    const bar = `${ink[color]}${'█'.repeat(full)}${plain}${'·'.repeat(width - full)}`;
    return `  ${color.padEnd(5)}${bar} ${percent(share)}  weight ${scene.weights[color]}`;
  });
  return [`  phase ${scene.phase} of ${scene.phases}`, ...bars, `  ${totals(scene)}`];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`.padStart(5);

function totals({ counted, requestsPerSecond }: Scene): string {
  const answered = counted.red + counted.blue;
  return `${requestsPerSecond} requests/s, ${answered} answered, ${counted.failed} failed`;
}
