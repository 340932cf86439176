// What the deployment tells its functions: where the log, the views and the signing key are, and whose account it is.
// Read once; a function with a wrong variable does not start, and the error names it.
import { appMeshQuotas, largestSpec, type Quota, type Quotas, quotaVariable } from '#events/quotas.ts';
import type { DynamodbPlaces } from '#store/dynamodb.ts';
import { storePlace } from '#store/place.ts';

export interface Environment {
  /** The account that everything is deployed in: its principals' policies can be read. */
  readonly account: string;
  readonly region: string;
  readonly store: DynamodbPlaces;
  readonly quotas: Quotas;
  readonly logLevel: string;
  /** The role that reads for Heddle in other accounts, the same name in each. */
  readonly reader?: { readonly roleName: string; readonly externalId?: string };
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** A variable that must be there; throws an error that names it. */
export function required(env: Variables, name: string): string {
  const value = env[name]?.trim();
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export function readEnvironment(env: Variables): Environment {
  const place = storePlace((name) => env[name]?.trim() || undefined);
  if ('refused' in place) throw new Error(place.refused.join('; '));
  if ('file' in place) throw new Error('HEDDLE_STORE is not set');
  const account = required(env, 'HEDDLE_ACCOUNT');
  if (!/^\d{12}$/.test(account)) throw new Error('HEDDLE_ACCOUNT is not twelve digits');
  return {
    account,
    region: required(env, 'AWS_REGION'),
    store: place,
    quotas: { ...quotasOf(env), bytesPerSpec: largestSpec },
    logLevel: env.HEDDLE_LOG_LEVEL || 'info',
    ...readerOf(env),
  };
}

function readerOf(env: Variables): Pick<Environment, 'reader'> {
  const roleName = env.HEDDLE_READER_ROLE?.trim();
  const externalId = env.HEDDLE_READER_EXTERNAL_ID?.trim();
  return roleName ? { reader: { roleName, ...(externalId && { externalId }) } } : {};
}

/** App Mesh's numbers where none are given; 0 is no quota. */
function quotasOf(env: Variables): Quotas {
  const quotas: { [Q in Quota]?: number } = {};
  for (const [quota, usual] of Object.entries(appMeshQuotas) as [Quota, number][]) {
    const name = quotaVariable(quota);
    const written = env[name] || String(usual);
    if (!/^\d{1,9}$/.test(written)) throw new Error(`${name}: '${written}' is not a whole number, or 0 for no quota`);
    if (Number(written) > 0) quotas[quota] = Number(written);
  }
  return quotas;
}
