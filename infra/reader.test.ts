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

test('it has the name that the deployment looks for', () => {
  const named = { heddleAccount: '111111111111', name: 'mesh' };
  readerOf(named).hasResourceProperties('AWS::IAM::Role', { RoleName: 'mesh-reader' });
  readerOf({ ...named, readerRole: 'own' }).hasResourceProperties('AWS::IAM::Role', { RoleName: 'own' });
});

test.each([
  [{}, 'context heddleAccount'],
  [{ heddleAccount: '12' }, 'context heddleAccount'],
  [{ heddleAccount: '111111111111', readerRole: 'a/b' }, 'context readerRole'],
  [{ heddleAccount: '111111111111', readerExternalId: 'a b' }, 'context readerExternalId'],
])('is refused with %j', (context, named) => {
  expect(() => readerOf(context)).toThrow(named);
});
