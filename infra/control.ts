// The stack that answers the API: storage, functions, front door, what wakes the projector, alarms. It needs no network and
// nothing else of the deployment, so that it can be deployed by itself, to an emulator too.

import type { App } from 'aws-cdk-lib';
import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { controlAlarms } from './alarms.ts';
import { api } from './api.ts';
import { type Functions, functions } from './functions.ts';
import type { Settings } from './settings.ts';
import { type Storage, storage } from './storage.ts';
import { wakeUps } from './wake-ups.ts';

export interface Control {
  readonly stack: Stack;
  readonly storage: Storage;
  readonly functions: Functions;
  /** Where there are certificates. */
  readonly sealingKey: Key | undefined;
}

export function controlStack(app: App, settings: Settings, props: StackProps): Control {
  const stack = new Stack(app, `${settings.name}-control`, { ...props, description: 'Heddle: API, log and projector' });
  const kept = storage(stack, settings);
  const removalPolicy = settings.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
  const tokenKey = new Key(stack, 'TokenKey', {
    description: 'Heddle: signs the tokens that admit Envoys',
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy,
  });
  const sealingKey =
    settings.certificates &&
    new Key(stack, 'SealingKey', {
      description: 'Heddle: seals the private keys of certificates in the views',
      enableKeyRotation: true,
      removalPolicy,
    });
  const made = functions(stack, settings, kept, tokenKey);
  api(stack, settings, made);
  wakeUps(stack, settings, made, kept);
  controlAlarms(stack, settings, made);
  new CfnOutput(stack, 'SnapshotBucket', { value: kept.snapshots.bucketName });
  new CfnOutput(stack, 'TokenKeyId', { value: tokenKey.keyId });
  if (sealingKey !== undefined) new CfnOutput(stack, 'SealingKeyId', { value: sealingKey.keyId });
  return { stack, storage: kept, functions: made, sealingKey };
}
