// `heddle instances`: what is registered in the embedded registry, for nodes that are found by `awsCloudMap`.
import { isIPv4, isIPv6 } from 'node:net';
import { Command, InvalidArgumentError } from 'commander';
import { portArgument } from './argument.ts';
import { callerOf } from './caller.ts';
import { type Connection, withConnection } from './connection.ts';
import { withHelpText } from './help-text.ts';
import {
  deregisterInstance,
  type ListedInstance,
  listInstances,
  registerInstance,
  type ServiceName,
} from './registry.ts';
import { tableLines } from './table.ts';

interface RegisterOptions extends Connection {
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
  readonly zone?: string;
  readonly attribute?: Readonly<Record<string, string>>;
}

export function instancesCommand(): Command {
  const line = 'register, deregister and list instances of nodes';
  const command = new Command('instances').description(
    `${line} that are found by Cloud Map, in the registry that Heddle keeps itself`,
  );
  command.addCommand(registerCommand()).addCommand(deregisterCommand()).addCommand(listCommand());
  return withHelpText(command, line, [
    ['npx heddle instances register shop/color red-1 --ipv4 10.0.0.1'],
    ['npx heddle instances deregister shop/color red-1'],
    ['npx heddle instances list'],
  ]);
}

function registerCommand(): Command {
  const command = new Command('register')
    .description('register an instance of a service, in place of one that has its id; what is not there is made')
    .argument('<service>', serviceForm, serviceArgument)
    .argument('<id>', 'the id of the instance')
    .option('--ipv4 <address>', 'its IPv4 address', (text) => addressOf(text, isIPv4, 'IPv4'))
    .option('--ipv6 <address>', 'its IPv6 address', (text) => addressOf(text, isIPv6, 'IPv6'))
    .option('--port <port>', 'its port, which should be that of the listener', portArgument)
    .option('--zone <zone>', 'the availability zone that it runs in')
    .option('--attribute <key=value>', 'another attribute; may be repeated', attributeArgument)
    .action(register);
  return withHelpText(withConnection(command), 'register an instance', [
    ['npx heddle instances register shop/color red-1 --ipv4 10.0.0.1 --port 8080 --attribute stage=live'],
  ]);
}

function deregisterCommand(): Command {
  const command = new Command('deregister')
    .description('deregister an instance of a service')
    .argument('<service>', serviceForm, serviceArgument)
    .argument('<id>', 'the id of the instance')
    .action(deregister);
  return withHelpText(withConnection(command), 'deregister an instance');
}

function listCommand(): Command {
  const command = new Command('list')
    .description('list the registered instances')
    .argument('[service]', 'NAMESPACE or NAMESPACE/SERVICE', placeArgument)
    .action(list);
  return withHelpText(withConnection(command), 'list the registered instances');
}

async function register(name: ServiceName, id: string, options: RegisterOptions): Promise<void> {
  const { ipv4, ipv6, port, zone, attribute = {} } = options;
  const attributes = {
    ...attribute,
    ...(ipv4 !== undefined && { AWS_INSTANCE_IPV4: ipv4 }),
    ...(ipv6 !== undefined && { AWS_INSTANCE_IPV6: ipv6 }),
    ...(port !== undefined && { AWS_INSTANCE_PORT: String(port) }),
    ...(zone !== undefined && { AVAILABILITY_ZONE: zone }),
  };
  await registerInstance(callerOf(options), name, id, attributes);
  say(options, { ...name, id, attributes }, `${name.namespace}/${name.service}: ${id} is registered`);
}

async function deregister(name: ServiceName, id: string, options: Connection): Promise<void> {
  await deregisterInstance(callerOf(options), name, id);
  say(options, { ...name, id }, `${name.namespace}/${name.service}: ${id} is deregistered`);
}

async function list(place: Partial<ServiceName> | undefined, options: Connection): Promise<void> {
  const listed = await listInstances(callerOf(options), place ?? {});
  say(options, listed, listText(listed));
}

function say({ json }: Connection, answer: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : `${text}\n`);
}

function listText(listed: readonly ListedInstance[]): string {
  if (listed.length === 0) return 'No instance is registered.';
  const rows = listed.map(({ namespace, service, id, health, attributes }) => {
    const { AWS_INSTANCE_IPV4: ipv4 = '', AWS_INSTANCE_IPV6: ipv6 = '', ...others } = attributes;
    const rest = Object.entries(others).map(([key, value]) => `${key}=${value}`);
    return [`${namespace}/${service}`, id, health, [ipv4, ipv6].filter(Boolean).join(' ') || '-', rest.join(' ')];
  });
  return tableLines([['SERVICE', 'INSTANCE', 'HEALTH', 'ADDRESS', 'ATTRIBUTES'], ...rows]).join('\n');
}

const serviceForm = 'NAMESPACE/SERVICE, as the node names them';

function serviceArgument(text: string): ServiceName {
  const cut = text.lastIndexOf('/');
  const [namespace, service] = [text.slice(0, Math.max(cut, 0)), text.slice(cut + 1)];
  if (namespace === '' || service === '') throw new InvalidArgumentError('It is NAMESPACE/SERVICE.');
  return { namespace, service };
}

const placeArgument = (text: string): Partial<ServiceName> =>
  text.includes('/') ? serviceArgument(text) : { namespace: text };

function addressOf(text: string, is: (text: string) => boolean, kind: string): string {
  if (!is(text)) throw new InvalidArgumentError(`It is an ${kind} address.`);
  return text;
}

function attributeArgument(text: string, gathered: Readonly<Record<string, string>> = {}) {
  const cut = text.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('It is KEY=VALUE.');
  return { ...gathered, [text.slice(0, cut)]: text.slice(cut + 1) };
}
