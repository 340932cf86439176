// `heddle bootstrap`: what `envoy -c FILE` needs to join the mesh as a virtual node or gateway, printed or put into a file.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { type BootstrapOptions, bootstrap } from '#agent/bootstrap.ts';
import {
  addressArgument,
  inboundArgument,
  portArgument,
  portOrNoneArgument,
  proxyArgument,
  resourceForms,
} from './argument.ts';
import { callerOf, regionOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';
import { expiryText, requestToken } from './issued-token.ts';
import { writeSecretFile } from './secret-file.ts';

interface BootstrapFlags extends Connection {
  readonly write?: string;
  readonly tokenFile?: string;
  readonly adminPort: number;
  readonly sdsSocket?: string;
  readonly zone?: string;
  readonly xdsCa?: string;
  readonly xdsCert?: string;
  readonly xdsKey?: string;
  readonly bind?: string;
  readonly egressPort?: number;
  readonly inbound?: Readonly<Record<string, number>>;
}

// An inline token cannot be renewed without a restart of Envoy, so it is asked to last.
const inlineLifetimeSeconds = 30 * 86_400;
const defaultEgressPort = 15_001;

export function bootstrapCommand(): Command {
  const command = new Command('bootstrap')
    .description('print an Envoy bootstrap that connects to the streamer as RESOURCE')
    .argument('<resource>', resourceForms, proxyArgument)
    .option('--write <file>', 'put it into a file instead, by rename, mode 0600: it may hold a token')
    .option('--token-file <file>', 'Envoy reads its token here (`heddle token --write`) and rereads it when renewed')
    .option('--admin-port <port>', "port of Envoy's admin page on 127.0.0.1; 0 for none", portOrNoneArgument, 9901)
    .option('--sds-socket <path>', 'the unix socket of your own SDS server')
    .option('--xds-ca <file>', 'TLS to the streamer: the authority of its certificate (PEM)')
    .option('--xds-cert <file>', "… Envoy's own certificate, where the streamer asks for one")
    .option('--xds-key <file>', '… and its key')
    .option('--zone <zone>', 'the availability zone that this Envoy runs in')
    .option('--bind <address>', 'several Envoys on one host: the address that this one binds', addressArgument)
    .option('--egress-port <port>', '… the port on which its application calls the mesh', portArgument)
    .option(
      '--inbound <listenerport=port>',
      '… the port that it binds for a listener; may be repeated',
      inboundArgument,
    )
    .action(makeBootstrap);
  return withHelpText(withConnection(command), 'make the bootstrap of an Envoy for RESOURCE', [
    ['npx heddle bootstrap mesh/shop/virtualNode/front --write front.json'],
    ['npx heddle bootstrap mesh/shop/virtualNode/front --token-file front.token'],
    ['npx heddle bootstrap mesh/shop/virtualNode/red --bind 127.0.0.3 --inbound 8080=8080'],
  ]);
}

async function makeBootstrap(resource: string, flags: BootstrapFlags): Promise<void> {
  const identity =
    flags.tokenFile === undefined ? await inlineToken(resource, flags) : fromFile(resource, resolve(flags.tokenFile));
  const options: BootstrapOptions = {
    ...identity,
    streamer: flags.xdsEndpoint,
    ...(flags.adminPort === 0 ? {} : { adminPort: flags.adminPort }),
    ...(flags.sdsSocket === undefined ? {} : { sdsSocket: resolve(flags.sdsSocket) }),
    ...(flags.zone === undefined ? {} : { locality: { region: regionOf(process.env), zone: flags.zone } }),
    ...tlsOf(flags),
    ...placementOf(flags),
  };
  await deliver(`${JSON.stringify(bootstrap(options), null, 2)}\n`, options.resource, flags);
}

async function deliver(text: string, resource: string, { write, json }: BootstrapFlags): Promise<void> {
  if (write === undefined) return void process.stdout.write(text);
  const file = resolve(write);
  await writeSecretFile(file, text);
  if (json) process.stdout.write(`${JSON.stringify({ file, resource })}\n`);
  else process.stderr.write(`${file}: a bootstrap for ${resource}\n`);
}

type Identity = Pick<BootstrapOptions, 'resource' | 'token'>;

async function inlineToken(resource: string, flags: BootstrapFlags): Promise<Identity> {
  const issued = await requestToken(callerOf(flags), resource, inlineLifetimeSeconds);
  process.stderr.write(
    `note: this bootstrap holds its token, which is good until ${expiryText(issued)}` +
      `${flags.write === undefined ? ': with --write it is a file that you alone can read' : ''}; ` +
      'with --token-file the token can be renewed while Envoy runs\n',
  );
  return { resource: issued.resource, token: { inline: issued.token } };
}

function fromFile(resource: string, file: string): Identity {
  if (!existsSync(file)) {
    process.stderr.write(
      `note: Envoy does not start before ${file} is there: heddle token ${resource} --write ${file}\n`,
    );
  }
  return { resource: resource, token: { file } };
}

function tlsOf({ xdsCa, xdsCert, xdsKey }: BootstrapFlags): Pick<BootstrapOptions, 'tls'> {
  if (xdsCa === undefined) {
    if (xdsCert !== undefined || xdsKey !== undefined) throw new Failure('--xds-cert and --xds-key need --xds-ca', 2);
    return {};
  }
  if ((xdsCert === undefined) !== (xdsKey === undefined)) throw new Failure('--xds-cert and --xds-key go together', 2);
  const own =
    xdsCert === undefined || xdsKey === undefined
      ? {}
      : { own: { certificate: resolve(xdsCert), key: resolve(xdsKey) } };
  return { tls: { authority: resolve(xdsCa), ...own } };
}

function placementOf({ bind, egressPort, inbound }: BootstrapFlags): Pick<BootstrapOptions, 'placement'> {
  if (bind === undefined && egressPort === undefined && inbound === undefined) return {};
  return {
    placement: { bind: bind ?? '127.0.0.1', egressPort: egressPort ?? defaultEgressPort, inbound: inbound ?? {} },
  };
}
