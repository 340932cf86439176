// `heddle token`: a bearer token that admits an Envoy as a virtual node or gateway, printed or kept fresh in a file.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { durationArgument, proxyArgument, resourceForms } from './argument.ts';
import { callerOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import { endSignal } from './end-signal.ts';
import { withHelpText } from './help-text.ts';
import { expiryText, type IssuedToken, requestToken, writeTokenFile } from './issued-token.ts';
import { renewToken } from './token-renewal.ts';

interface TokenOptions extends Connection {
  readonly write?: string;
  readonly watch: boolean;
  readonly lifetime?: number;
}

export function tokenCommand(): Command {
  const command = new Command('token')
    .description('print a bearer token that admits an Envoy as RESOURCE')
    .argument('<resource>', resourceForms, proxyArgument)
    .option('--write <file>', 'put it into an SDS file for Envoy, by rename, mode 0600')
    .option('--watch', 'renew it at half its life until ended', false)
    .option('--lifetime <duration>', 'how long it lasts: 3600, 30m, 1h', durationArgument)
    .action(token);
  return withHelpText(withConnection(command), 'get a token that admits an Envoy as RESOURCE', [
    ['npx heddle token mesh/shop/virtualNode/front'],
    ['npx heddle token mesh/shop/virtualNode/front --write front.token --watch', 'kept fresh'],
  ]);
}

async function token(resource: string, options: TokenOptions): Promise<void> {
  const client = callerOf(options);
  const request = (): Promise<IssuedToken> => requestToken(client, resource, options.lifetime);
  const use = (issued: IssuedToken): Promise<void> => deliver(issued, options);
  if (!options.watch) return use(await request());
  const end = endSignal();
  const warn = (message: string): void => void process.stderr.write(`warning: ${message}\n`);
  await renewToken({ request, use, warn, signal: end.signal });
  end.release();
}

async function deliver(issued: IssuedToken, { write, json }: TokenOptions): Promise<void> {
  const { token, resource, expiresAt } = issued;
  const file = write === undefined ? undefined : resolve(write);
  if (file !== undefined) await writeTokenFile(file, token);
  if (json) {
    // In the file or on standard output, never in both.
    const where = file === undefined ? { token } : { file };
    process.stdout.write(`${JSON.stringify({ ...where, resource, expiresAt })}\n`);
  } else if (file === undefined) {
    process.stdout.write(`${token}\n`);
  } else {
    process.stderr.write(`${file}: a token for ${resource}, good until ${expiryText(issued)}\n`);
  }
}
