// The environment variables, read once: every wrong value is named, and a start with one is refused.
import { isAbsolute, join, resolve } from 'node:path';
import { appMeshQuotas, largestSpec, type Quota, type Quotas, quotaVariable } from '#events/quotas.ts';
import type { ThrottleLimits } from '#functions/throttle.ts';
import { type StorePlace, storePlace } from '#store/place.ts';
import { addressConflicts } from './address-conflicts.ts';
import { type CertificateSettings, certificatesOf } from './certificate-settings.ts';
import { unknownVariables } from './unknown-variables.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export interface Configuration {
  readonly dataDir: string;
  readonly store: StorePlace;
  readonly apiAddress: string;
  /** Each `host:port` or `unix:PATH`. */
  readonly xdsAddresses: readonly string[];
  readonly adminAddress: string;
  readonly xdsTls?: XdsTlsFiles | 'self-signed';
  readonly credentialsFile: string;
  readonly cloudMap: 'embedded' | CloudMapSettings;
  readonly certificates: CertificateSettings;
  /** Left out: no organization is read. */
  readonly organizationFile?: string;
  /** The most Envoys of one node or gateway; 0: no limit. */
  readonly envoysPerNode: number;
  readonly quotas: Quotas;
  /** Left out: calls are not throttled. */
  readonly throttle?: ThrottleLimits;
  readonly region: string;
  readonly logLevel: (typeof logLevels)[number];
  /** The streamer's metrics go into the log as well, for CloudWatch. */
  readonly embeddedMetrics: boolean;
}

/** Cloud Map itself: which account the process's own credentials are of, and the role that reads for it in others. */
export interface CloudMapSettings {
  readonly account: string;
  readonly reader?: { readonly roleName: string; readonly externalId?: string };
}

export interface XdsTlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
/** The text of a variable; a blank one is as good as none. */
type Text = (name: string) => string | undefined;
type Read = <T>(name: string, fallback: string, parse: (text: string) => T | undefined, meant: string) => T;

/** Reads the configuration; each line of `refused` names a variable and what is wrong with it. */
export function readConfiguration(env: Environment): Configuration | { readonly refused: readonly string[] } {
  const refused: string[] = [];
  const asked = new Set<string>();
  const text: Text = (name) => {
    asked.add(name);
    return env[name]?.trim() || undefined;
  };
  const read: Read = (name, fallback, parse, meant) => {
    const written = text(name) ?? fallback;
    const value = parse(written);
    if (value === undefined) refused.push(`${name}: '${written}' is not ${meant}`);
    return value as NonNullable<typeof value>;
  };

  const dataDir = resolve(text('HEDDLE_DATA_DIR') ?? '.heddle');
  const credentialsFile = resolve(text('HEDDLE_CREDENTIALS_FILE') ?? join(dataDir, 'credentials.json'));
  const cloudMap = cloudMapOf(text, read, refused);
  const found = storePlace(text);
  if ('refused' in found) refused.push(...found.refused);
  const certificates = certificatesOf(text, refused);
  const organizationFile = text('HEDDLE_ORGANIZATION_FILE');
  const apiAddress = read('HEDDLE_API_ADDR', '127.0.0.1:8080', hostAndPort, 'HOST:PORT');
  const adminAddress = read('HEDDLE_ADMIN_ADDR', '127.0.0.1:9910', hostAndPort, 'HOST:PORT');
  const xdsMeaning = 'a comma-separated list of HOST:PORT and unix:PATH (absolute)';
  const xdsAddresses = read('HEDDLE_XDS_ADDR', '127.0.0.1:18000', xdsList, xdsMeaning);
  if (refused.length === 0) {
    const addresses = {
      HEDDLE_API_ADDR: [apiAddress],
      HEDDLE_ADMIN_ADDR: [adminAddress],
      HEDDLE_XDS_ADDR: xdsAddresses,
    };
    refused.push(...addressConflicts(addresses, (variable) => text(variable) !== undefined));
  }
  const envoysPerNode = read(
    'HEDDLE_ENVOYS_PER_NODE',
    '50',
    wholeNumber,
    'a whole number of Envoys, or 0 for no limit',
  );
  const quotas = quotasOf(read);
  const throttle = throttleOf(text, read, refused);
  const region = read(
    'AWS_REGION',
    'us-east-1',
    (written) => (/^[a-z]{2}(-[a-z]+)+-\d$/.test(written) ? written : undefined),
    'an AWS region',
  );
  const logLevel = read('HEDDLE_LOG_LEVEL', 'info', oneOf(...logLevels), `one of ${logLevels.join(', ')}`);
  const metrics = read('HEDDLE_METRICS', 'prometheus', oneOf('prometheus', 'embedded'), 'prometheus or embedded');
  const xdsTls = tlsOf(text, refused);
  refused.push(...unknownVariables(Object.keys(env), [...asked]));
  if (refused.length > 0 || 'refused' in found) return { refused };
  return {
    dataDir,
    store: found,
    apiAddress,
    xdsAddresses,
    adminAddress,
    ...(xdsTls && { xdsTls }),
    credentialsFile,
    cloudMap,
    certificates,
    ...(organizationFile && { organizationFile: resolve(organizationFile) }),
    envoysPerNode,
    quotas: 'file' in found ? quotas : { ...quotas, bytesPerSpec: largestSpec },
    ...(throttle && { throttle }),
    region,
    logLevel,
    embeddedMetrics: metrics === 'embedded',
  };
}

const oneOf =
  <T extends string>(...values: readonly T[]) =>
  (written: string): T | undefined =>
    values.find((value) => value === written);

function cloudMapOf(text: Text, read: Read, refused: string[]): Configuration['cloudMap'] {
  const kind = read(
    'HEDDLE_CLOUD_MAP',
    'embedded',
    oneOf('embedded', 'aws'),
    'a source of endpoints (embedded or aws)',
  );
  // The account of the administrator that a first start makes: nobody's at AWS.
  const account = read(
    'HEDDLE_AWS_ACCOUNT',
    '000000000000',
    (it) => (/^\d{12}$/.test(it) ? it : undefined),
    'an account',
  );
  const roleName = text('HEDDLE_READER_ROLE');
  const externalId = text('HEDDLE_READER_EXTERNAL_ID');
  if (roleName === undefined && externalId !== undefined) {
    refused.push('HEDDLE_READER_EXTERNAL_ID: it is for the role that HEDDLE_READER_ROLE names');
  }
  if (roleName !== undefined && !/^[\w+=,.@-]{1,64}$/.test(roleName)) {
    refused.push(`HEDDLE_READER_ROLE: '${roleName}' is not the name of a role`);
  }
  if (kind === 'embedded') return kind;
  if (roleName === undefined) return { account };
  return { account, reader: { roleName, ...(externalId !== undefined && { externalId }) } };
}

function tlsOf(text: Text, refused: string[]): Configuration['xdsTls'] {
  const certificate = text('HEDDLE_XDS_TLS_CERT');
  const key = text('HEDDLE_XDS_TLS_KEY');
  const clientAuthority = text('HEDDLE_XDS_CLIENT_CA');
  const made = text('HEDDLE_XDS_TLS');
  if (made !== undefined) {
    if (made !== 'self-signed') refused.push(`HEDDLE_XDS_TLS: '${made}' is not self-signed`);
    if (certificate || key || clientAuthority) refused.push('HEDDLE_XDS_TLS: there are files for TLS beside it');
    return 'self-signed';
  }
  if (!certificate && !key && !clientAuthority) return undefined;
  if (!certificate) refused.push('HEDDLE_XDS_TLS_CERT: TLS needs a certificate file');
  if (!key) refused.push('HEDDLE_XDS_TLS_KEY: TLS needs a key file');
  if (!certificate || !key) return undefined;
  return { certificate, key, ...(clientAuthority && { clientAuthority }) };
}

/** Unset or 0 is no quota. */
function quotasOf(read: Read): Quotas {
  const quotas: { [Q in Quota]?: number } = {};
  for (const quota of Object.keys(appMeshQuotas) as Quota[]) {
    const limit = read(quotaVariable(quota), '0', wholeNumber, 'a whole number, or 0 for no quota');
    if (limit > 0) quotas[quota] = limit;
  }
  return quotas;
}

function throttleOf(text: Text, read: Read, refused: string[]): ThrottleLimits | undefined {
  const rate = read('HEDDLE_THROTTLE_RATE', '0', callsASecond, 'a number of calls a second, or 0 for no throttling');
  const burst = text('HEDDLE_THROTTLE_BURST');
  if (rate > 0) {
    const most = String(Math.max(1, Math.ceil(rate)));
    return { rate, burst: read('HEDDLE_THROTTLE_BURST', most, atLeastOne, 'a whole number of calls, at least 1') };
  }
  if (burst !== undefined) refused.push('HEDDLE_THROTTLE_BURST: throttling needs HEDDLE_THROTTLE_RATE');
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
