// Envoy's refusals, made fit to be kept.
import { expect, test } from 'vitest';
import { nackMessage, namesIn } from './nack.ts';

test('a message is cut to 1,024 characters', () => {
  expect(nackMessage('x'.repeat(1024))).toHaveLength(1024);
  expect(nackMessage('x'.repeat(5000))).toHaveLength(1024);
});

test('a private key that Envoy quotes is taken out, cut off or escaped as it may be', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----';
  const escaped = pem.replaceAll('\n', '\\n');
  for (const text of [
    `Failed: ${pem} at end`,
    `private_key { inline_bytes: "${escaped}" }`,
    `inline_string: "sec\\"MIGHAgEAMBMGByqGSM49`,
    `cut -----BEGIN EC PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49`,
  ]) {
    expect(nackMessage(text)).not.toContain('MIGH');
    expect(nackMessage(text)).toContain('[redacted]');
  }
  expect(nackMessage(`Failed: ${pem} at end`)).toBe('Failed: [redacted] at end');
});

test('the names are those that the message speaks of, not their prefixes', () => {
  const names = ['cds_a', 'cds_a_8080', 'cds_b', 'certificate:arn:aws:acm:eu-west-1:1:certificate/x'];
  expect(namesIn('Error adding/updating cluster(s) cds_a_8080: cluster: bad, cds_b: worse', names)).toEqual([
    'cds_a_8080',
    'cds_b',
  ]);
  expect(namesIn('no certificate:arn:aws:acm:eu-west-1:1:certificate/x here', names)).toEqual([names[3]]);
  expect(namesIn('invalid perl operator: (?=', names)).toBeUndefined();
});
