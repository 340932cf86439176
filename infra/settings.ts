// What a deployment may choose, as context of the CDK app (`-c name=mesh -c quotas=none`, or cdk.json): read once, checked,
// and never edited into code.
import { resolve } from 'node:path';
import type { Node } from 'constructs';

/** Who may call the API, as its resource policy says; each principal's own policies are judged behind it. */
export type Access =
  | { readonly kind: 'account' }
  | { readonly kind: 'organization'; readonly id: string }
  | { readonly kind: 'accounts'; readonly ids: readonly string[] }
  | { readonly kind: 'anyone' };

/** A VPC of the user's own. */
export interface GivenNetwork {
  readonly vpcId: string;
  readonly availabilityZones: readonly string[];
  readonly subnetIds: readonly string[];
}

export interface Settings {
  /** The name of the log's table, and how the stacks' names begin. */
  readonly name: string;
  readonly access: Access;
  /** Its own domain for the API, with the certificate for it in ACM. */
  readonly domain?: { readonly name: string; readonly certificate: string };
  /** The API can be reached through these VPC endpoints alone. */
  readonly privateEndpoints: readonly string[];
  /** Tables and bucket are encrypted with a key of the account's own. */
  readonly customerKey: boolean;
  /** API Gateway logs requests too: needs the account's one role for that. */
  readonly accessLogs: boolean;
  /** App Mesh's own numbers, or none. */
  readonly quotas: 'app-mesh' | 'none';
  /** Tables, bucket and key go when the stack goes: for trials alone. */
  readonly disposable: boolean;
  /** The account may read its organization (its management account, or one that it delegates to): sharing follows it. */
  readonly organization: boolean;
  readonly logLevel: string;
  /** An SNS topic that alarms tell. */
  readonly alarmTopic?: string;
  /** Certificates come from ACM and ACM PCA; undefined: there are none. */
  readonly certificates: CertificateSettings | undefined;
  /** The role that reads in other accounts what belongs to them; the same name in each (reader.ts). */
  readonly reader: ReaderSettings;
  readonly streamers: StreamerSettings | undefined;
  /** Where the build has put what is deployed (tools/bundle-functions.ts). */
  readonly built: string;
}

export interface CertificateSettings {
  /** The source of the events that tell of certificates. */
  readonly events: string;
  /** How long those last that an authority signs for a node (`12h`, `7d`), and by which template of ACM PCA. */
  readonly nodeValidity?: string;
  readonly nodeTemplate?: string;
}

export interface ReaderSettings {
  readonly roleName: string;
  /** What the role's trust asks for beside the account. */
  readonly externalId?: string;
}

export interface StreamerSettings {
  /** The certificate that Envoys see, in ACM. */
  readonly certificate: string;
  readonly network: GivenNetwork | undefined;
  readonly fewest: number;
  readonly most: number;
  /** Streams that a task should have; more start another. */
  readonly streamsPerTask: number;
  readonly internetFacing: boolean;
  /** Networks (CIDR) that Envoys connect from. */
  readonly from: readonly string[];
  /** Principals (ARNs) that may make an endpoint to the service; none: there is no endpoint service. */
  readonly endpointPrincipals: readonly string[];
}

const known = [
  'name',
  'access',
  'domain',
  'domainCertificate',
  'privateEndpoints',
  'customerKey',
  'accessLogs',
  'quotas',
  'disposable',
  'organization',
  'logLevel',
  'alarmTopic',
  'certificates',
  'certificateEvents',
  'nodeCertificateValidity',
  'nodeCertificateTemplate',
  'readerRole',
  'readerExternalId',
  'readerCertificates',
  'heddleAccount',
  'streamerCertificate',
  'vpc',
  'zones',
  'subnets',
  'fewestStreamers',
  'mostStreamers',
  'streamsPerTask',
  'internetFacing',
  'envoysFrom',
  'endpointPrincipals',
  'built',
] as const;

type Name = (typeof known)[number];

/** The values of the context, each asked for by its name; what is wrong throws an error that names it. */
function contextOf(node: Node) {
  const text = (name: Name): string | undefined => {
    const value: unknown = node.tryGetContext(name);
    return value === undefined || value === '' ? undefined : String(value);
  };
  const list = (name: Name): readonly string[] =>
    (text(name) ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const wrong = (name: Name, meant: string): Error => new Error(`context ${name}: '${text(name)}' is not ${meant}`);
  const matching = (name: Name, pattern: RegExp, meant: string, usual: string): string => {
    const value = text(name) ?? usual;
    if (!pattern.test(value)) throw wrong(name, meant);
    return value;
  };
  const flag = (name: Name, usual = 'no'): boolean => matching(name, /^(yes|no)$/, 'yes or no', usual) === 'yes';
  return { text, list, wrong, matching, flag };
}

const named = /^[a-z][a-z0-9-]{2,30}$/;
const namedSo = '3 to 31 small letters, digits and hyphens';

/** The reader of other accounts, named after the deployment unless the context names it. */
function readerOf({ text, matching }: ReturnType<typeof contextOf>): ReaderSettings {
  const usual = `${matching('name', named, namedSo, 'heddle')}-reader`;
  const externalId = text('readerExternalId');
  if (externalId !== undefined) matching('readerExternalId', /^[\w+=,.@:/-]{2,1224}$/, 'an external id', externalId);
  return {
    // It names its stack, too.
    roleName: matching('readerRole', /^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'up to 64 letters, digits and hyphens', usual),
    ...(externalId !== undefined && { externalId }),
  };
}

function certificatesOf({ text, matching }: ReturnType<typeof contextOf>): CertificateSettings {
  const [nodeValidity, nodeTemplate] = [text('nodeCertificateValidity'), text('nodeCertificateTemplate')];
  // As HEDDLE_NODE_CERTIFICATE_VALIDITY takes it.
  if (nodeValidity !== undefined)
    matching('nodeCertificateValidity', /^[1-9]\d{0,5}[smhd]$/, 'a time such as 12h or 7d', nodeValidity);
  if (nodeTemplate !== undefined)
    matching('nodeCertificateTemplate', /^\w+\/V\d+$/, 'a template such as EndEntityCertificate/V1', nodeTemplate);
  return {
    events: matching('certificateEvents', /^[\w.-]{1,256}$/, 'the source of events', 'aws.acm'),
    ...(nodeValidity !== undefined && { nodeValidity }),
    ...(nodeTemplate !== undefined && { nodeTemplate }),
  };
}

interface OwnReaderSettings extends ReaderSettings {
  readonly heddleAccount: string;
  /** It reads certificates too, with their keys, and the policies that say which Envoy may have one. */
  readonly certificates: boolean;
}

/** What an account that is not Heddle's own deploys. */
export function readReader(node: Node): OwnReaderSettings {
  const context = contextOf(node);
  const heddleAccount = context.matching('heddleAccount', /^\d{12}$/, 'the account that Heddle runs in', '');
  return { heddleAccount, certificates: context.flag('readerCertificates'), ...readerOf(context) };
}

/** Throws an error that names the first value that is wrong. */
export function readSettings(node: Node): Settings {
  const context = contextOf(node);
  const { text, list, wrong, matching, flag } = context;
  const number = (name: Name, usual: number): number =>
    Number(matching(name, /^[1-9]\d{0,4}$/, 'a whole number from 1 on', String(usual)));

  function access(): Access {
    const written = text('access') ?? 'account';
    const [kind = '', rest = ''] = written.split(':');
    if (written === 'account' || written === 'anyone') return { kind: written };
    if (kind === 'organization' && /^o-[a-z0-9]{10,32}$/.test(rest)) return { kind, id: rest };
    const ids = rest.split(',');
    if (kind === 'accounts' && ids.every((id) => /^\d{12}$/.test(id))) return { kind, ids };
    throw wrong('access', 'account, organization:ID, accounts:ID,ID… or anyone');
  }

  function domain() {
    const [name, certificate] = [text('domain'), text('domainCertificate')];
    if (name === undefined && certificate === undefined) return {};
    if (name === undefined || certificate === undefined)
      throw new Error('context domain and domainCertificate go together');
    if (list('privateEndpoints').length > 0)
      throw new Error('context domain and privateEndpoints exclude each other: the domain is a public one');
    return { domain: { name, certificate } };
  }

  function network(): GivenNetwork | undefined {
    const vpcId = text('vpc');
    const [availabilityZones, subnetIds] = [list('zones'), list('subnets')];
    if (vpcId === undefined) return undefined;
    if (subnetIds.length < 2 || availabilityZones.length !== subnetIds.length) {
      throw new Error('context vpc needs subnets, two or more, and in zones the zone of each');
    }
    return { vpcId, availabilityZones, subnetIds };
  }

  function streamers(): StreamerSettings | undefined {
    const certificate = text('streamerCertificate');
    if (certificate === undefined) return undefined;
    const [given, from] = [network(), list('envoysFrom')];
    if (given !== undefined && from.length === 0)
      throw new Error('context vpc needs envoysFrom: the networks of the Envoys');
    const [fewest, most] = [number('fewestStreamers', 2), number('mostStreamers', 20)];
    if (fewest > most) throw wrong('mostStreamers', `at least ${fewest}`);
    return {
      certificate,
      network: given,
      fewest,
      most,
      streamsPerTask: number('streamsPerTask', 1_000),
      internetFacing: flag('internetFacing'),
      from,
      endpointPrincipals: list('endpointPrincipals'),
    };
  }

  const quotas = matching('quotas', /^(app-mesh|none)$/, 'app-mesh or none', 'app-mesh');
  const alarmTopic = text('alarmTopic');
  return {
    name: matching('name', named, namedSo, 'heddle'),
    access: access(),
    ...domain(),
    privateEndpoints: list('privateEndpoints'),
    customerKey: flag('customerKey'),
    accessLogs: flag('accessLogs'),
    quotas: quotas === 'none' ? 'none' : 'app-mesh',
    disposable: flag('disposable'),
    organization: flag('organization'),
    logLevel: matching('logLevel', /^(debug|info|warn|error)$/, 'debug, info, warn or error', 'info'),
    ...(alarmTopic !== undefined && { alarmTopic }),
    certificates: flag('certificates', 'yes') ? certificatesOf(context) : undefined,
    reader: readerOf(context),
    streamers: streamers(),
    built: text('built') ?? resolve(import.meta.dirname, '../dist'),
  };
}
