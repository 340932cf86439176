// Which outside programs the tests may use here. What is missing makes a test skip itself, never fail:
// `test.skipIf(envoyPath() === undefined)`. `npm run tools` brings what can be brought.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';

const brought = resolve(import.meta.dirname, '../../.cache/bin');

function firstOf(...paths: readonly (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** The real Envoy binary: HEDDLE_ENVOY, or the one that `npm run tools` brings. */
export const envoyPath = (): string | undefined => firstOf(process.env.HEDDLE_ENVOY, `${brought}/envoy`);

/** The AWS CLI that `npm run tools` brings, whatever else is on PATH. */
export const awsPath = (): string | undefined => firstOf(`${brought}/aws`);

/** An emulator of AWS that has Cloud Map and STS: HEDDLE_MOTO, or the one that `npm run tools` brings. */
export const motoPath = (): string | undefined => firstOf(process.env.HEDDLE_MOTO, `${brought}/moto_server`);

/** Whether this machine speaks IPv6, if only to itself. */
export const hasIpv6 = (): boolean =>
  Object.values(networkInterfaces()).some((own) => own?.some(({ family }) => family === 'IPv6'));

/** The emulator of AWS, from PyPI: HEDDLE_MINISTACK, or the one that `npm run tools` brings. */
export const ministackPath = (): string | undefined => firstOf(process.env.HEDDLE_MINISTACK, `${brought}/ministack`);

let namespaces: boolean | undefined;

/** Whether network namespaces with iptables redirection can be made: root, iproute2, iptables and a willing kernel. */
export function canUseNamespaces(): boolean {
  namespaces ??= tryNamespace();
  return namespaces;
}

function tryNamespace(): boolean {
  if (process.getuid?.() !== 0) return false;
  const name = `heddle-probe-${process.pid}`;
  const works = (command: string, ...parameters: readonly string[]): boolean =>
    spawnSync(command, parameters, { stdio: 'ignore' }).status === 0;
  const redirect = ['-t', 'nat', '-A', 'OUTPUT', '-p', 'tcp', '--dport', '9', '-j', 'REDIRECT', '--to-ports', '10'];
  const made = works('ip', 'netns', 'add', name);
  try {
    return made && works('ip', 'netns', 'exec', name, 'iptables', ...redirect);
  } finally {
    if (made) works('ip', 'netns', 'del', name);
  }
}
