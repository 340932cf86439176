// ACM's operations on the certificates of the embedded authority.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { certificatesIn, namesOf } from '#certificates/chain.ts';
import { statusOf } from '#certificates/embedded.ts';
import type { CertificateRecord } from '#certificates/records.ts';
import {
  blob,
  certificateError,
  isName,
  keyKind,
  type Members,
  names,
  optionalBlob,
  optionalText,
  text,
} from './members.ts';
import { type Operation, onArn, type Place, parts, present } from './place.ts';

/** A tag of a request that says how long each of its certificates lasts, in seconds. */
const validityTag = 'heddle:validity';
const longest = 10 * 365 * 24 * 3600;

/** SPIFFE IDs are what a node is known by: a permission to ask for certificates is none to be any node. */
const nodeIdentity = /^spiffe:\/\/[^/]*\.heddle(\/|$)/i;

function validityIn({ Tags: tags = [] }: Members): number | undefined {
  if (!Array.isArray(tags)) throw certificateError('ValidationException', 'Tags is not a list');
  const written = tags.find((tag) => tag?.Key === validityTag)?.Value;
  if (written === undefined) return undefined;
  const seconds = Number(written);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= longest) return seconds * 1000;
  const meant = `a whole number of seconds from 1 to ${longest} (ten years)`;
  throw certificateError('ValidationException', `The tag ${validityTag} is not ${meant}`);
}

function ownFound(place: Place, members: Members): Promise<CertificateRecord> {
  const arn = text(members, 'CertificateArn');
  return place.authority.find(arn).then((found) => {
    if (found?.account === place.account) return found;
    throw certificateError('ResourceNotFoundException', `There is no certificate ${arn}`);
  });
}

const onCertificate = onArn('CertificateArn');

/** API reference, CertificateDetail: `RSA_2048`, `EC_prime256v1` and so on. */
const keyAlgorithm = ({ asymmetricKeyType, asymmetricKeyDetails: { modulusLength, namedCurve } = {} }: KeyObject) =>
  asymmetricKeyType === 'rsa' ? `RSA_${modulusLength}` : `EC_${namedCurve}`;

function described(record: CertificateRecord, now: number): object {
  const { arn, names: asked, kind, authority, serial, notBefore, notAfter, createdAt, revokedAt } = record;
  // Of what was imported nothing is known but itself.
  const [leaf] = authority === undefined ? (certificatesIn(record.chain) ?? []) : [];
  const all = leaf === undefined ? asked : namesOf(leaf);
  return {
    CertificateArn: arn,
    DomainName: all[0] ?? '',
    SubjectAlternativeNames: all,
    Serial: serial.padStart(2, '0').replaceAll(/(..)(?=.)/g, '$1:'),
    Status: statusOf(record, now),
    Type: authority === undefined ? 'IMPORTED' : 'PRIVATE',
    KeyAlgorithm: leaf === undefined ? kind : keyAlgorithm(leaf.publicKey),
    CreatedAt: createdAt / 1000,
    IssuedAt: notBefore / 1000,
    NotBefore: notBefore / 1000,
    NotAfter: notAfter / 1000,
    ...(revokedAt !== undefined && { RevokedAt: revokedAt / 1000 }),
    ...(authority !== undefined && { CertificateAuthorityArn: authority }),
    RenewalEligibility: authority === undefined ? 'INELIGIBLE' : 'ELIGIBLE',
    InUseBy: [],
  };
}

export const acmOperations = {
  RequestCertificate: {
    resource: () => '*',
    async run(place, members) {
      const domain = text(members, 'DomainName');
      if (!isName(domain)) throw certificateError('ValidationException', 'DomainName is no name');
      const kind = keyKind(members);
      const authority = optionalText(members, 'CertificateAuthorityArn');
      const validity = validityIn(members);
      const all = [...new Set([domain, ...names(members, 'SubjectAlternativeNames')])];
      const reserved = all.find((name) => nodeIdentity.test(name));
      if (reserved !== undefined) {
        throw certificateError('ValidationException', `${reserved} is a node's, which has it signed for itself`);
      }
      const made = present(
        await place.authority.request(place.account, {
          names: all,
          kind,
          ...(authority !== undefined && { authority }),
          ...(validity !== undefined && { validity }),
        }),
      );
      return { CertificateArn: made.arn };
    },
  },
  ImportCertificate: {
    resource: (members) => optionalText(members, 'CertificateArn') ?? '*',
    async run(place, members) {
      const arn = optionalText(members, 'CertificateArn');
      const above = optionalBlob(members, 'CertificateChain');
      if (above !== undefined && certificatesIn(above) === undefined) {
        throw certificateError('ValidationException', 'CertificateChain holds no certificate in PEM that can be read');
      }
      const chain = `${blob(members, 'Certificate')}\n${above ?? ''}`;
      const given = { chain, key: blob(members, 'PrivateKey'), ...(arn !== undefined && { arn }) };
      const made = await place.authority.import(place.account, given);
      if ('none' in made) throw certificateError('ValidationException', made.none);
      return { CertificateArn: made.arn };
    },
  },
  DescribeCertificate: {
    ...onCertificate,
    run: async (place, members) => ({ Certificate: described(await ownFound(place, members), place.now()) }),
  },
  GetCertificate: {
    ...onCertificate,
    run: async (place, members) => parts((await ownFound(place, members)).chain),
  },
  ListCertificates: {
    resource: () => '*',
    async run(place) {
      const all = await place.authority.list(place.account);
      return { CertificateSummaryList: all.map((record) => described(record, place.now())) };
    },
  },
  ExportCertificate: {
    ...onCertificate,
    async run(place, members) {
      const passphrase = blob(members, 'Passphrase');
      // API reference, ExportCertificate: at least four characters.
      if (passphrase.length < 4) throw certificateError('ValidationException', 'Passphrase has less than 4 characters');
      const { arn } = await ownFound(place, members);
      const held = await place.authority.export(arn);
      if ('none' in held) throw certificateError('InvalidStateException', held.none);
      const key = createPrivateKey(held.key).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase,
      });
      return { ...parts(held.chain), PrivateKey: key.toString() };
    },
  },
  RenewCertificate: {
    ...onCertificate,
    async run(place, members) {
      present(await place.authority.renew((await ownFound(place, members)).arn));
      return {};
    },
  },
  RevokeCertificate: {
    ...onCertificate,
    async run(place, members) {
      const { arn } = await ownFound(place, members);
      present(await place.authority.revoke(arn));
      return { CertificateArn: arn };
    },
  },
  DeleteCertificate: {
    ...onCertificate,
    async run(place, members) {
      await place.authority.delete((await ownFound(place, members)).arn);
      return {};
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
