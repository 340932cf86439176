// moto's server, an emulator of AWS that many test against, as the set-up brings it from PyPI.
import { join, resolve } from 'node:path';
import { type Server, startServer } from './child-server.ts';

const program = resolve(import.meta.dirname, '../../.cache/bin/moto_server');

export async function startMoto(folder: string): Promise<Server> {
  return await startServer(
    (port) => ({ program, parameters: ['-H', '127.0.0.1', '-p', String(port)] }),
    () => ({ AWS_DEFAULT_REGION: 'us-east-1' }),
    join(folder, 'moto.log'),
  );
}
