// `heddle certificates`: what the authority that Heddle is itself has made, for listeners that name a certificate by its ARN.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { durationArgument } from './argument.ts';
import { callerOf } from './caller.ts';
import type { Client } from './client.ts';
import { type Connection, withConnection } from './connection.ts';
import { embeddedCall } from './embedded-call.ts';
import { Failure } from './failure.ts';
import { withHelpText } from './help-text.ts';
import { timeText } from './history-text.ts';
import { tableLines } from './table.ts';

interface Described {
  readonly CertificateArn: string;
  readonly DomainName: string;
  readonly Status: string;
  readonly Serial: string;
  readonly NotAfter: number;
}

interface CreateOptions extends Connection {
  readonly name?: readonly string[];
  readonly authority?: string;
  readonly validity?: number;
  readonly rsa?: true;
}

interface ImportOptions extends Connection {
  readonly certificate: string;
  readonly key: string;
  readonly chain?: string;
  readonly arn?: string;
}

export function certificatesCommand(): Command {
  const line = 'create, list, renew, revoke and import certificates';
  const command = new Command('certificates').description(
    `${line} of the authority that Heddle is itself, under ARNs like those of ACM`,
  );
  command
    .addCommand(createCommand())
    .addCommand(authorityCommand())
    .addCommand(listCommand())
    .addCommand(onArnCommand('renew', 'make a certificate anew under its ARN', 'RenewCertificate', 'is renewed'))
    .addCommand(
      onArnCommand(
        'revoke',
        'revoke a certificate; Envoys keep it until they are given another',
        'RevokeCertificate',
        'is revoked',
      ),
    )
    .addCommand(importCommand());
  return withHelpText(command, line, [
    ['npx heddle certificates create color.local'],
    ['npx heddle certificates list'],
    ['npx heddle certificates renew arn:aws:acm:us-east-1:000000000000:certificate/ID'],
  ]);
}

function createCommand(): Command {
  const command = new Command('create')
    .description('create a certificate and print its ARN')
    .argument('<domain>', 'the name that it is of')
    .option('--name <name>', 'another host name, address or URI; may be repeated', gathered)
    .option('--authority <arn>', 'the authority that signs it (default: the account’s own first one)')
    .option('--validity <time>', 'how long it lasts, such as 90s, 12h or 30d (default: 395d)', durationArgument)
    .option('--rsa', 'with an RSA key of 2048 bits in place of P-256')
    .action(create);
  return withHelpText(withConnection(command), 'create a certificate', [
    ['npx heddle certificates create color.local --name 10.0.0.1 --validity 30d'],
  ]);
}

function authorityCommand(): Command {
  const command = new Command('authority')
    .description('create a certificate authority and print its ARN')
    .argument('<name>', 'its name')
    .option('--rsa', 'with an RSA key of 2048 bits in place of P-256')
    .action(createAuthority);
  return withHelpText(withConnection(command), 'create a certificate authority');
}

function listCommand(): Command {
  const command = new Command('list').description('list certificates and authorities').action(list);
  return withHelpText(withConnection(command), 'list certificates and authorities');
}

function onArnCommand(verb: string, what: string, operation: string, done: string): Command {
  const command = new Command(verb)
    .description(what)
    .argument('<arn>', 'the ARN of the certificate')
    .action(async (arn: string, options: Connection) => {
      await call(callerOf(options), `CertificateManager.${operation}`, { CertificateArn: arn });
      say(options, { arn }, `${arn} ${done}`);
    });
  return withHelpText(withConnection(command), what);
}

function importCommand(): Command {
  const command = new Command('import')
    .description('keep a certificate that another authority signed, and print its ARN')
    .requiredOption('--certificate <file>', 'the certificate, PEM')
    .requiredOption('--key <file>', 'its private key, PEM without a passphrase')
    .option('--chain <file>', 'the authorities above it, PEM, the root last')
    .option('--arn <arn>', 'in place of the certificate of this ARN')
    .action(importOne);
  return withHelpText(withConnection(command), 'import a certificate');
}

async function create(domain: string, options: CreateOptions): Promise<void> {
  const { name = [], authority, validity, rsa } = options;
  const members = {
    DomainName: domain,
    ...(name.length > 0 && { SubjectAlternativeNames: name }),
    ...(authority !== undefined && { CertificateAuthorityArn: authority }),
    ...(validity !== undefined && { Tags: [{ Key: 'heddle:validity', Value: String(validity) }] }),
    KeyAlgorithm: rsa ? 'RSA_2048' : 'EC_prime256v1',
  };
  const arn = await arnOf(callerOf(options), 'CertificateManager.RequestCertificate', 'CertificateArn', members);
  say(options, { arn }, arn);
}

async function createAuthority(name: string, options: CreateOptions): Promise<void> {
  const KeyAlgorithm = options.rsa ? 'RSA_2048' : 'EC_prime256v1';
  const members = {
    CertificateAuthorityType: 'ROOT',
    CertificateAuthorityConfiguration: { KeyAlgorithm, Subject: { CommonName: name } },
  };
  const operation = 'ACMPrivateCA.CreateCertificateAuthority';
  const arn = await arnOf(callerOf(options), operation, 'CertificateAuthorityArn', members);
  say(options, { arn }, arn);
}

async function importOne(options: ImportOptions): Promise<void> {
  const { certificate, key, chain, arn } = options;
  const members = {
    Certificate: inBase64(certificate),
    PrivateKey: inBase64(key),
    ...(chain !== undefined && { CertificateChain: inBase64(chain) }),
    ...(arn !== undefined && { CertificateArn: arn }),
  };
  const made = await arnOf(callerOf(options), 'CertificateManager.ImportCertificate', 'CertificateArn', members);
  say(options, { arn: made }, made);
}

async function list(options: Connection): Promise<void> {
  const caller = callerOf(options);
  const { CertificateSummaryList: certificates } = (await call(caller, 'CertificateManager.ListCertificates')) as {
    readonly CertificateSummaryList: readonly Described[];
  };
  const { CertificateAuthorities: authorities } = (await call(caller, 'ACMPrivateCA.ListCertificateAuthorities')) as {
    readonly CertificateAuthorities: readonly {
      readonly Arn: string;
      readonly Status: string;
      readonly NotAfter: number;
      readonly CertificateAuthorityConfiguration: { readonly Subject: { readonly CommonName: string } };
    }[];
  };
  const rows = [
    ...certificates.map((one) => [
      one.CertificateArn,
      one.DomainName || '-',
      one.Status,
      one.Serial,
      timeText(one.NotAfter),
    ]),
    ...authorities.map(({ Arn, Status, NotAfter, CertificateAuthorityConfiguration: { Subject } }) => [
      Arn,
      Subject.CommonName,
      Status,
      '-',
      timeText(NotAfter),
    ]),
  ];
  const text =
    rows.length === 0
      ? 'There is no certificate.'
      : tableLines([['CERTIFICATE', 'NAME', 'STATUS', 'SERIAL', 'UNTIL'], ...rows]).join('\n');
  say(options, { certificates, authorities }, text);
}

const call = (caller: Client, target: string, members: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
  embeddedCall(caller, { target, members, variable: 'HEDDLE_CERTIFICATES' });

async function arnOf(
  caller: Client,
  target: string,
  member: string,
  body: Readonly<Record<string, unknown>>,
): Promise<string> {
  const answer = (await call(caller, target, body)) as Readonly<Record<string, unknown>>;
  const arn = answer[member];
  if (typeof arn === 'string') return arn;
  throw new Failure(`the answer has no ${member}`);
}

function say({ json }: Connection, answer: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : `${text}\n`);
}

function inBase64(file: string): string {
  try {
    return readFileSync(file).toString('base64');
  } catch (cause) {
    throw new Failure(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

const gathered = (name: string, before: readonly string[] = []): readonly string[] => [...before, name];
