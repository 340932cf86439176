// The environment variables, read once: every wrong value is named, and a start with one is refused.
import { isAbsolute, join, resolve } from 'node:path';
import { appMeshQuotas, type Quota, type Quotas } from '#events/quotas.ts';
import type { ThrottleLimits } from '#functions/throttle.ts';

export interface Configuration {
  readonly dataDir: string;
  readonly store: 'sqlite';
  readonly apiAddress: string;
  /** Each `host:port` or `unix:PATH`. */
  readonly xdsAddresses: readonly string[];
  readonly adminAddress: string;
  readonly xdsTls?: { readonly certificate: string; readonly key: string; readonly clientAuthority?: string };
  readonly credentialsFile: string;
  /** The most Envoys of one node or gateway; 0: no limit. */
  readonly envoysPerNode: number;
  readonly quotas: Quotas;
  /** Left out: calls are not throttled. */
  readonly throttle?: ThrottleLimits;
  readonly region: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Read = <T>(name: string, fallback: string, parse: (text: string) => T | undefined, meant: string) => T;

/** Reads the configuration; each line of `refused` names a variable and what is wrong with it. */
export function readConfiguration(env: Environment): Configuration | { readonly refused: readonly string[] } {
  const refused: string[] = [];
  const read: Read = (name, fallback, parse, meant) => {
    const text = env[name]?.trim() || fallback;
    const value = parse(text);
    if (value === undefined) refused.push(`${name}: '${text}' is not ${meant}`);
    return value as NonNullable<typeof value>;
  };
  const oneOf =
    <T extends string>(...values: readonly T[]) =>
    (text: string) =>
      values.find((value) => value === text);

  const dataDir = resolve(env.HEDDLE_DATA_DIR?.trim() || '.heddle');
  const store = read('HEDDLE_STORE', 'sqlite', oneOf('sqlite'), 'a store of this release (sqlite)');
  read('HEDDLE_CLOUD_MAP', 'embedded', oneOf('embedded'), 'a source of endpoints of this release (embedded)');
  read('HEDDLE_CERTIFICATES', 'embedded', oneOf('embedded'), 'a source of certificates of this release (embedded)');
  const apiAddress = read('HEDDLE_API_ADDR', '127.0.0.1:8080', hostAndPort, 'HOST:PORT');
  const adminAddress = read('HEDDLE_ADMIN_ADDR', '127.0.0.1:9910', hostAndPort, 'HOST:PORT');
  const xdsMeaning = 'a comma-separated list of HOST:PORT and unix:PATH (absolute)';
  const xdsAddresses = read('HEDDLE_XDS_ADDR', '127.0.0.1:18000', xdsList, xdsMeaning);
  const envoysPerNode = read(
    'HEDDLE_ENVOYS_PER_NODE',
    '50',
    wholeNumber,
    'a whole number of Envoys, or 0 for no limit',
  );
  const quotas = quotasOf(env, read, refused);
  const throttle = throttleOf(env, read, refused);
  const region = read(
    'AWS_REGION',
    'us-east-1',
    (text) => (/^[a-z]{2}(-[a-z]+)+-\d$/.test(text) ? text : undefined),
    'an AWS region',
  );
  const xdsTls = tlsOf(env, refused);
  if (refused.length > 0) return { refused };
  const credentialsFile = resolve(env.HEDDLE_CREDENTIALS_FILE?.trim() || join(dataDir, 'credentials.json'));
  return {
    dataDir,
    store,
    apiAddress,
    xdsAddresses,
    adminAddress,
    ...(xdsTls && { xdsTls }),
    credentialsFile,
    envoysPerNode,
    quotas,
    ...(throttle && { throttle }),
    region,
  };
}

function tlsOf(env: Environment, refused: string[]): Configuration['xdsTls'] {
  const certificate = env.HEDDLE_XDS_TLS_CERT?.trim();
  const key = env.HEDDLE_XDS_TLS_KEY?.trim();
  const clientAuthority = env.HEDDLE_XDS_CLIENT_CA?.trim();
  if (!certificate && !key && !clientAuthority) return undefined;
  if (!certificate) refused.push('HEDDLE_XDS_TLS_CERT: TLS needs a certificate file');
  if (!key) refused.push('HEDDLE_XDS_TLS_KEY: TLS needs a key file');
  if (!certificate || !key) return undefined;
  return { certificate, key, ...(clientAuthority && { clientAuthority }) };
}

/** `virtualNodesPerMesh` is HEDDLE_QUOTA_VIRTUAL_NODES_PER_MESH; unset or 0 is no quota. */
function quotasOf(env: Environment, read: Read, refused: string[]): Quotas {
  const quotas: { [Q in Quota]?: number } = {};
  const names = new Map((Object.keys(appMeshQuotas) as Quota[]).map((quota) => [quotaVariable(quota), quota]));
  // A quota that is misspelt would limit nothing, and nobody would know.
  for (const name of Object.keys(env).filter((one) => one.startsWith('HEDDLE_QUOTA_') && !names.has(one))) {
    refused.push(`${name}: there is no such quota; there are ${[...names.keys()].join(', ')}`);
  }
  for (const [name, quota] of names) {
    const limit = read(name, '0', wholeNumber, 'a whole number, or 0 for no quota');
    if (limit > 0) quotas[quota] = limit;
  }
  return quotas;
}

const quotaVariable = (quota: Quota): string => `HEDDLE_QUOTA_${quota.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;

function throttleOf(env: Environment, read: Read, refused: string[]): ThrottleLimits | undefined {
  const rate = read('HEDDLE_THROTTLE_RATE', '0', callsASecond, 'a number of calls a second, or 0 for no throttling');
  if (rate > 0) {
    const most = String(Math.max(1, Math.ceil(rate)));
    return { rate, burst: read('HEDDLE_THROTTLE_BURST', most, atLeastOne, 'a whole number of calls, at least 1') };
  }
  if (env.HEDDLE_THROTTLE_BURST?.trim()) refused.push('HEDDLE_THROTTLE_BURST: throttling needs HEDDLE_THROTTLE_RATE');
  return undefined;
}

function hostAndPort(text: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):(\d{1,5})$/.exec(text);
  return match && Number(match[2]) <= 65_535 ? text : undefined;
}

function xdsList(text: string): readonly string[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const good = parts.every((part) =>
    part.startsWith('unix:') ? isAbsolute(part.slice('unix:'.length)) : hostAndPort(part) !== undefined,
  );
  return good ? parts : undefined;
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

const atLeastOne = (text: string): number | undefined => wholeNumber(text) || undefined;

const callsASecond = (text: string): number | undefined =>
  /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined;
