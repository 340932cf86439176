// ACM and ACM Private CA as far as the adapter asks them, over HTTP with real chains: no emulator has both. Calls can be
// throttled, fail, or be answered with something that is wrong; quotas are kept, and what ACM would tell EventBridge is told.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACMClient } from '@aws-sdk/client-acm';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { type EmbeddedAuthority, embeddedAuthority } from '#certificates/embedded.ts';
import { type AuthorityRecord, authorityView, type CertificateRecord } from '#certificates/records.ts';
import type { Sealed, Sealer } from '#events/certificates.ts';
import { acmOperations } from '#functions/certificates/acm-operations.ts';
import { authorityOperations } from '#functions/certificates/authority-operations.ts';
import type { Operation } from '#functions/certificates/place.ts';
import { Refused } from '#functions/refused.ts';
import { memoryViewStore } from '#store/memory.ts';

export const account = '111111111111';
export const region = 'us-east-1';

/** What becomes of a call instead of its answer: an error, or a change of the answer. */
export type Fault =
  | { readonly error: string; readonly status?: number }
  | { readonly changes: (answer: Readonly<Record<string, unknown>>) => object };

/** The entry of an event of ACM's for `PutEvents`; the source is the test's own, because AWS's are AWS's alone. */
export interface AcmEvent {
  readonly DetailType: 'ACM Certificate Available';
  readonly Resources: readonly string[];
  readonly Detail: string;
}

export interface FakeAcm {
  readonly endpoint: string;
  /** Under which keys were exported. */
  readonly passphrases: readonly string[];
  /** The private keys that it holds now, PEM: of certificates and of authorities. */
  keys(): Promise<readonly string[]>;
  /** What ACM told of since the beginning. */
  readonly events: readonly AcmEvent[];
  readonly authority: EmbeddedAuthority;
  readonly acm: ACMClient;
  readonly authorities: ACMPCAClient;
  /** How often each operation was called. */
  readonly calls: ReadonlyMap<string, number>;
  /** The most calls of an operation in any second, from now on: those beyond are throttled. */
  quota(operation: string, perSecond: number): void;
  /** The next `times` calls of an operation, or of `OPERATION ARN`, end so (all of them without); undefined ends that. */
  fault(operation: string, fault: Fault | undefined, times?: number): void;
  close(): void;
}

const plainSealer = {
  seal: async (text: string) => ({ text }),
  open: async ({ text = '' }: Sealed) => text,
} satisfies Sealer;

const apis: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  CertificateManager: acmOperations,
  ACMPrivateCA: authorityOperations,
};

const actions: Readonly<Record<string, string>> = {
  RequestCertificate: 'ISSUANCE',
  RenewCertificate: 'RENEWAL',
  ImportCertificate: 'IMPORT',
};

export async function startFakeAcm(now: () => number = Date.now): Promise<FakeAcm> {
  const views = memoryViewStore({ now });
  const authority = embeddedAuthority({ views, sealer: plainSealer, region, now });
  const faults = new Map<string, { readonly fault: Fault; left: number }>();
  const calls = new Map<string, number>();
  const quotas = new Map<string, number>();
  const answered = new Map<string, readonly number[]>();
  const passphrases: string[] = [];
  const events: AcmEvent[] = [];

  function isThrottled(operation: string): boolean {
    const lately = (answered.get(operation) ?? []).filter((at) => at > now() - 1_000);
    const isTooMuch = lately.length >= (quotas.get(operation) ?? Number.POSITIVE_INFINITY);
    answered.set(operation, isTooMuch ? lately : [...lately, now()]);
    return isTooMuch;
  }

  /** ACM user guide, "Amazon EventBridge support for ACM". */
  function tell(operation: string, arn: unknown): void {
    const action = actions[operation];
    if (action === undefined || typeof arn !== 'string') return;
    const Detail = JSON.stringify({ Action: action, CertificateType: 'PRIVATE' });
    events.push({ DetailType: 'ACM Certificate Available', Resources: [arn], Detail });
  }

  async function answer(target: string, body: string): Promise<readonly [status: number, answer: object]> {
    const [api = '', operation = ''] = target.split('.');
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    if (isThrottled(operation)) return [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }];
    const members = JSON.parse(body);
    const wrong = faults.get(`${operation} ${members.CertificateArn}`) ?? faults.get(operation);
    const fault = wrong && wrong.left > 0 ? wrong.fault : undefined;
    if (wrong && fault) wrong.left -= 1;
    if (fault && 'error' in fault) return [fault.status ?? 400, { __type: fault.error, message: 'as told' }];
    const found = apis[api]?.[operation];
    if (found === undefined) return [400, { __type: 'UnknownOperationException' }];
    try {
      if (operation === 'ExportCertificate') passphrases.push(Buffer.from(members.Passphrase, 'base64').toString());
      const right = await found.run({ authority, account, now }, members);
      tell(operation, members.CertificateArn ?? (right as { readonly CertificateArn?: string }).CertificateArn);
      return [200, fault ? fault.changes(right as Readonly<Record<string, unknown>>) : right];
    } catch (error) {
      if (!(error instanceof Refused) || !('name' in error.reason)) throw error;
      return [error.reason.status, { __type: error.reason.name, message: error.reason.message }];
    }
  }

  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void answer(String(request.headers['x-amz-target']), Buffer.concat(chunks).toString()).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'k', secretAccessKey: 's' };
  const settings = { endpoint, region, credentials, maxAttempts: 1 };
  const acm = new ACMClient(settings);
  const authorities = new ACMPCAClient(settings);
  return {
    endpoint,
    passphrases,
    events,
    async keys() {
      const records = (await views.list(authorityView)).map(
        ({ value }) => value as AuthorityRecord | CertificateRecord,
      );
      return Promise.all(records.map(({ key }) => plainSealer.open(key)));
    },
    authority,
    acm,
    authorities,
    calls,
    quota: (operation, perSecond) => void quotas.set(operation, perSecond),
    fault(operation, fault, times = Number.POSITIVE_INFINITY) {
      if (fault === undefined) faults.delete(operation);
      else faults.set(operation, { fault, left: times });
    },
    close() {
      acm.destroy();
      authorities.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
