// The canary's way: how the traffic must lie after each shift of the weights, and when a shift has arrived.
import { colors, type Weights } from './color-app.ts';
import type { Shares } from './traffic.ts';

/** From all red over half and half to all blue. */
export const canaryPhases: readonly Weights[] = [
  { red: 100, blue: 0 },
  { red: 50, blue: 50 },
  { red: 0, blue: 100 },
];

// Traffic is dealt at random: a part may be off by this much, but nothing and all are exact.
const tolerance = 0.25;

/** Whether the shares of the newest answers (0 to 1) are those that the weights ask for. */
export function follows(shares: Shares | undefined, weights: Weights): boolean {
  if (shares === undefined) return false;
  const total = colors.reduce((sum, color) => sum + weights[color], 0);
  return colors.every((color) => {
    const expected = weights[color] / total;
    const allowed = expected === 0 || expected === 1 ? 0 : tolerance;
    return Math.abs(shares[color] - expected) <= allowed;
  });
}
