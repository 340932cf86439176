// moto's server: less of an AWS than the emulator, but with as many accounts as roles are assumed in.
import { spawn } from 'node:child_process';
import { vi } from 'vitest';
import { freePort } from '#cli/demo/free-port.ts';
import { motoPath } from '#test/setup/tools.ts';

export interface Moto {
  readonly endpoint: string;
  /** Whose keys are nobody's. */
  readonly account: string;
  stop(): void;
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort(['127.0.0.1']);
  const child = spawn(motoPath() ?? '', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  await vi.waitFor(() => fetch(`${endpoint}/moto-api/data.json`), { timeout: 60_000, interval: 200 });
  return { endpoint, account: '123456789012', stop: () => void child.kill() };
}
