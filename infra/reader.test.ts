// The role that another account gives Heddle: who may have it, and what it may do.
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { readerDeployment } from './reader.ts';

function readerOf(context: Readonly<Record<string, string>>): Template {
  const app = new App({ context, analyticsReporting: false });
  const stack = readerDeployment(app);
  // Throws when a check finds anything that is not acknowledged.
  app.synth();
  return Template.fromStack(stack);
}

test('Heddle’s account may look up instances by it, and nothing more', () => {
  const template = readerOf({ heddleAccount: '111111111111', readerExternalId: 'mesh' });
  template.hasResourceProperties('AWS::IAM::Role', {
    RoleName: 'heddle-reader',
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Condition: { StringEquals: { 'sts:ExternalId': 'mesh' } },
          Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:root']] } },
        },
      ],
    },
  });
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(policies.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
    [
      {
        Action: ['servicediscovery:DiscoverInstances', 'servicediscovery:DiscoverInstancesRevision'],
        Effect: 'Allow',
        Resource: '*',
      },
    ],
  ]);
});

test('it reads certificates, and the policies that say who may have one, where that is asked for', () => {
  const policies = readerOf({ heddleAccount: '111111111111', readerCertificates: 'yes' }).findResources(
    'AWS::IAM::Policy',
  );
  const statements = Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const actions = statements.flatMap(({ Action }: { Action: string | string[] }) => Action);
  expect(actions.filter((action) => /^acm/.test(action))).toEqual([
    'acm:DescribeCertificate',
    'acm:ExportCertificate',
    'acm-pca:GetCertificate',
    'acm-pca:GetCertificateAuthorityCertificate',
    'acm-pca:IssueCertificate',
  ]);
  const policiesRead = actions.filter((action) => action.startsWith('iam:'));
  expect(policiesRead).toContain('iam:GetRolePolicy');
  expect(policiesRead.filter((action) => !/^iam:(Get|List)/.test(action))).toEqual([]);
});

test('it has the name that the deployment looks for', () => {
  const named = { heddleAccount: '111111111111', name: 'mesh' };
  readerOf(named).hasResourceProperties('AWS::IAM::Role', { RoleName: 'mesh-reader' });
  readerOf({ ...named, readerRole: 'own' }).hasResourceProperties('AWS::IAM::Role', { RoleName: 'own' });
});

test.each([
  [{}, 'context heddleAccount'],
  [{ heddleAccount: '12' }, 'context heddleAccount'],
  [{ heddleAccount: '111111111111', readerCertificates: 'true' }, 'context readerCertificates'],
  [{ heddleAccount: '111111111111', readerRole: 'a/b' }, 'context readerRole'],
  [{ heddleAccount: '111111111111', readerExternalId: 'a b' }, 'context readerExternalId'],
])('is refused with %j', (context, named) => {
  expect(() => readerOf(context)).toThrow(named);
});
