// Where certificates come from and how secrets are sealed, as the environment says it.

export interface CertificateSettings {
  readonly from: 'embedded' | AwsCertificates;
  /** How long the certificate of a node lasts that an authority signs for it, milliseconds. */
  readonly nodeValidity: number;
  /** How long a new root is trusted before anything under it is shown, milliseconds. */
  readonly overlap: number;
  /** Milliseconds between looks at the certificates in use. */
  readonly sweepInterval: number;
}

export interface AwsCertificates {
  /** The process's own account. */
  readonly account: string;
  /** The KMS key under whose data keys secrets stand in the views. */
  readonly sealingKey: string;
  /** The template of node certificates. */
  readonly template?: string;
  readonly reader?: { readonly roleName: string; readonly externalId?: string };
}

type Text = (name: string) => string | undefined;

const second = 1000;
const units: Readonly<Record<string, number>> = { s: second, m: 60 * second, h: 3600 * second, d: 86_400 * second };

function duration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const length = Number(count) * (units[unit] ?? 0);
  return length > 0 ? length : undefined;
}

/** Adds to `refused` a line for each variable that is wrong. */
export function certificatesOf(text: Text, refused: string[]): CertificateSettings {
  const time = (name: string, fallback: string): number => {
    const written = text(name) ?? fallback;
    const length = duration(written);
    if (length === undefined) refused.push(`${name}: '${written}' is not a time such as 30s, 12h or 7d`);
    return length ?? 0;
  };
  const nodeValidity = time('HEDDLE_NODE_CERTIFICATE_VALIDITY', '7d');
  const overlap = time('HEDDLE_CERTIFICATE_OVERLAP', '2m');
  const sweepInterval = time('HEDDLE_CERTIFICATE_SWEEP', '60s');
  const kind = text('HEDDLE_CERTIFICATES') ?? 'embedded';
  const sealingKey = text('HEDDLE_SEALING_KEY');
  const template = text('HEDDLE_NODE_CERTIFICATE_TEMPLATE');
  const roleName = text('HEDDLE_READER_ROLE');
  const externalId = text('HEDDLE_READER_EXTERNAL_ID');
  const account = text('HEDDLE_AWS_ACCOUNT') ?? '000000000000';
  if (kind !== 'embedded' && kind !== 'aws') {
    refused.push(`HEDDLE_CERTIFICATES: '${kind}' is not a source of certificates (embedded or aws)`);
  }
  if (kind !== 'aws') {
    if (sealingKey !== undefined) refused.push('HEDDLE_SEALING_KEY: it is for HEDDLE_CERTIFICATES=aws');
    return { from: 'embedded', nodeValidity, overlap, sweepInterval };
  }
  if (sealingKey === undefined) refused.push('HEDDLE_SEALING_KEY: certificates of ACM are sealed with a key of KMS');
  const reader = roleName && { roleName, ...(externalId !== undefined && { externalId }) };
  return {
    from: {
      account,
      sealingKey: sealingKey ?? '',
      ...(template !== undefined && { template }),
      ...(reader && { reader }),
    },
    nodeValidity,
    overlap,
    sweepInterval,
  };
}
