// The demo's play: traffic, and the canary moved phase by phase; a phase ends when its time is over and the traffic has
// followed the weights.
import { canaryPhases, follows } from './canary.ts';
import { canaryCall, type Weights } from './color-app.ts';
import type { RunningColorApp } from './color-stage.ts';
import type { Drawing, Scene } from './drawing.ts';
import { pause, until } from './patience.ts';
import type { Stage } from './stage.ts';
import { startTraffic, type Traffic } from './traffic.ts';

export interface CanaryResult {
  readonly answered: number;
  readonly failed: number;
  readonly firstFailure?: string;
}

/** Moves the canary; throws when the traffic does not follow. */
export async function runCanary(
  stage: Stage,
  app: RunningColorApp,
  drawing: Drawing,
  seconds: number,
): Promise<CanaryResult> {
  const traffic = startTraffic(app.front);
  stage.defer(() => traffic.stop());
  for (const [index, weights] of canaryPhases.entries()) {
    if (index > 0) await app.controlPlane.client.call(canaryCall(weights));
    traffic.mark();
    const redraw = draw(drawing, traffic, { phase: index + 1, phases: canaryPhases.length, weights });
    try {
      await pause(seconds * 1000, stage.signal);
      const split = `${weights.red}/${weights.blue}`;
      await until(`the shift of the traffic to ${split}`, stage.signal, () => follows(traffic.sinceMark(), weights));
    } finally {
      redraw();
    }
  }
  await traffic.stop();
  const { red, blue, failed } = traffic.counted();
  const firstFailure = traffic.firstFailure();
  return { answered: red + blue, failed, ...(firstFailure === undefined ? {} : { firstFailure }) };
}

/** Draws a scene now and then; the function that it gives draws the last one. */
function draw(
  drawing: Drawing,
  traffic: Traffic,
  phase: { readonly phase: number; readonly phases: number; readonly weights: Weights },
): () => void {
  const started = performance.now();
  const before = traffic.counted();
  const scene = (): Scene => {
    const counted = traffic.counted();
    const answered = counted.red + counted.blue - before.red - before.blue;
    const requestsPerSecond = Math.round((answered * 1000) / (performance.now() - started));
    return { ...phase, shares: traffic.newest(), counted, requestsPerSecond };
  };
  const timer = setInterval(() => drawing.show(scene()), drawing.everyMs);
  return () => {
    clearInterval(timer);
    drawing.show(scene());
  };
}
