// Shared meshes, embedded: RAM's paths on the gateway, and what a crash has left under way in shares brought to its end at
// the start and every few minutes after it.
import { createBook } from '#functions/sharing/book.ts';
import { createSharing, type SharingParts, sharingPaths } from '#functions/sharing/handler.ts';
import { createShareWork } from '#functions/sharing/work.ts';
import type { GatewayRoute } from './gateway.ts';

export interface Sharing {
  readonly routes: readonly GatewayRoute[];
  /** Ends the sweeping; resolves when nothing is on its way. */
  close(): Promise<void>;
}

const sweepEvery = 5 * 60_000;

/** `onTrouble` is told whose shares could not be swept, and why. */
export function sharing(parts: SharingParts, onTrouble: (what: string, error: unknown) => void): Sharing {
  const { sweep } = createShareWork(parts, createBook(parts));
  let running = Promise.resolve();
  const start = (): void => {
    running = running
      .then(() => sweep((owner, error) => onTrouble(`the shares of account ${owner}`, error)))
      .catch((error: unknown) => onTrouble('the shares of all accounts', error));
  };
  start();
  const timer = setInterval(start, sweepEvery).unref();
  const handler = createSharing(parts);
  return {
    routes: sharingPaths.map((prefix) => ({ prefix, handler })),
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
