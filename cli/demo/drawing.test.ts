// The three ways in which the demo shows itself.
import { describe, expect, it } from 'vitest';
import { createDrawing, picture, type Scene, sceneLine } from './drawing.ts';

const scene: Scene = {
  phase: 2,
  phases: 3,
  weights: { red: 50, blue: 50 },
  shares: { red: 0.75, blue: 0.25 },
  counted: { red: 75, blue: 25, failed: 1 },
  requestsPerSecond: 200,
};

function shown(isTTY: boolean, json: boolean): string {
  let text = '';
  const screen = {
    isTTY,
    columns: 44,
    write: (part: string) => {
      text += part;
    },
  };
  const drawing = createDrawing(screen, json);
  drawing.say('hello');
  drawing.show(scene);
  drawing.show(scene);
  return text;
}

describe('the drawing', () => {
  it('is a bar a color on a terminal', () => {
    expect(picture(scene, 44)).toEqual([
      '  phase 2 of 3',
      `  red  \u001b[31m${'█'.repeat(15)}\u001b[0m${'·'.repeat(5)}  75 %  weight 50`,
      `  blue \u001b[34m${'█'.repeat(5)}\u001b[0m${'·'.repeat(15)}  25 %  weight 50`,
      '  200 requests/s, 100 answered, 1 failed',
    ]);
  });

  it('is drawn over the one before on a terminal', () => {
    const [first, second] = shown(true, false).split('\u001b[4A');
    expect(first).toMatch(/^hello\n {2}phase/);
    expect(first?.endsWith(second ?? '')).toBe(true);
  });

  it('is a line elsewhere, without colors', () => {
    const line = 'phase 2/3  red  75 % (weight 50)  blue  25 % (weight 50)  200 requests/s, 100 answered, 1 failed';
    expect(sceneLine(scene)).toBe(line);
    expect(shown(false, false)).toBe(`hello\n${line}\n${line}\n`);
  });

  it('is JSON lines and nothing else for programs', () => {
    const lines = shown(true, true).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([scene, scene]);
  });
});
