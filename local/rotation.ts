// The timer that wakes the rotation, and the calls of the embedded authority after which it is woken at once.
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { targetOf } from '#functions/aws-json.ts';
import type { createRotation } from '#functions/rotation/handler.ts';
import type { GatewayRoute } from './gateway.ts';

export interface Rotating {
  /** The routes of the authority, with rotation after each call that changes a certificate. */
  after(routes: readonly GatewayRoute[]): readonly GatewayRoute[];
  close(): Promise<void>;
}

/** `interval` in milliseconds; what goes wrong is told to `onTrouble`, `undefined` when all is well again. */
export function rotating(
  sweep: ReturnType<typeof createRotation>,
  interval: number,
  onTrouble: (trouble: string | undefined) => void,
): Rotating {
  const ended = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let sweeping = false;
  const run = (only?: readonly string[]): Promise<void> => {
    running = running.then(async () => {
      try {
        const { failing, unanswered } = await sweep(only, ended.signal);
        if (only !== undefined) return;
        const lines = [...failing, ...unanswered].map(([arn, reason]) => `${arn}: ${reason}`);
        onTrouble(lines.length === 0 ? undefined : lines.join('; '));
      } catch (error) {
        onTrouble(error instanceof Error ? error.message : String(error));
      }
    });
    return running;
  };
  const timer = setInterval(async () => {
    // One that takes longer than this is not followed by all that were due meanwhile.
    if (sweeping) return;
    sweeping = true;
    await run();
    sweeping = false;
  }, interval).unref();
  const changes = /^(Renew|Import|Revoke|Delete)Certificate$/;

  async function then(event: APIGatewayProxyEvent, result: APIGatewayProxyResult): Promise<void> {
    if (!changes.test(targetOf(event).operation) || result.statusCode !== 200) return;
    const { CertificateArn: arn } = JSON.parse(event.body ?? '{}');
    if (typeof arn === 'string') await run([arn]);
  }

  return {
    after: (routes) =>
      routes.map(({ handler, ...route }) => ({
        ...route,
        handler: async (...call: Parameters<typeof handler>) => {
          const result = await handler(...call);
          await then(call[0], result);
          return result;
        },
      })),
    async close() {
      clearInterval(timer);
      ended.abort();
      await running;
    },
  };
}
