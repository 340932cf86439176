// What the deployment tells its functions: where the log, the views and the signing key are, and whose account it is.
// Read once; a function with a wrong variable does not start, and the error names it.
import { appMeshQuotas, type Quota, type Quotas, quotaVariable } from '#events/quotas.ts';

export interface Environment {
  /** The account that everything is deployed in: its principals' policies can be read. */
  readonly account: string;
  readonly region: string;
  readonly logTable: string;
  readonly viewsTable: string;
  readonly bucket: string;
  readonly quotas: Quotas;
  readonly logLevel: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** A variable that must be there; throws an error that names it. */
export function required(env: Variables, name: string): string {
  const value = env[name]?.trim();
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** `HEDDLE_STORE` is `dynamodb:NAME` for the tables NAME and NAME-views. */
export function readEnvironment(env: Variables): Environment {
  const [, logTable] = /^dynamodb:([\w.-]{3,249})$/.exec(required(env, 'HEDDLE_STORE')) ?? [];
  if (logTable === undefined) throw new Error('HEDDLE_STORE is not dynamodb:NAME');
  const account = required(env, 'HEDDLE_ACCOUNT');
  if (!/^\d{12}$/.test(account)) throw new Error('HEDDLE_ACCOUNT is not twelve digits');
  return {
    account,
    region: required(env, 'AWS_REGION'),
    logTable,
    viewsTable: `${logTable}-views`,
    bucket: required(env, 'HEDDLE_SNAPSHOT_BUCKET'),
    quotas: quotasOf(env),
    logLevel: env.HEDDLE_LOG_LEVEL || 'info',
  };
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
