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
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
}

/** Adds to `refused` a line for each variable that is wrong. */
export function certificatesOf(text: Text, refused: string[]): CertificateSettings {
  const time = (name: string, fallback: string, most: string): number => {
    const written = text(name) ?? fallback;
    const length = duration(written) ?? 0;
    const isGood = length > 0 && length <= (duration(most) ?? 0);
    if (!isGood) refused.push(`${name}: '${written}' is not a time such as 30s, 12h or 7d, of ${most} at most`);
    return length;
  };
  // An embedded authority lasts as long as the first; no timer waits for more than 24 days.
  const nodeValidity = time('HEDDLE_NODE_CERTIFICATE_VALIDITY', '7d', '3650d');
  const overlap = time('HEDDLE_CERTIFICATE_OVERLAP', '2m', '7d');
  const sweepInterval = time('HEDDLE_CERTIFICATE_SWEEP', '60s', '7d');
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
    for (const [name, value] of Object.entries({
      HEDDLE_SEALING_KEY: sealingKey,
      HEDDLE_NODE_CERTIFICATE_TEMPLATE: template,
    })) {
      if (value !== undefined) refused.push(`${name}: it is for HEDDLE_CERTIFICATES=aws`);
    }
    return { from: 'embedded', nodeValidity, overlap, sweepInterval };
  }
  if (sealingKey === undefined) {
    refused.push('HEDDLE_SEALING_KEY: certificates of ACM are sealed with a key of KMS, whose id or ARN this is');
  }
  // ACM PCA user guide, certificate template varieties.
  if (template !== undefined && !/^\w+\/V\d+$/.test(template)) {
    refused.push(`HEDDLE_NODE_CERTIFICATE_TEMPLATE: '${template}' is not a template such as EndEntityCertificate/V1`);
  }
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
