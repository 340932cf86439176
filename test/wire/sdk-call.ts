// Calls by the name of the operation through AWS's SDK for JavaScript, for tests that go through many operations.
import * as sdk from '@aws-sdk/client-app-mesh';
import type { Bench } from '#test/suites/api/bench.ts';
import type { Principal } from '#test/suites/api/principals.ts';

type AnyCommand = sdk.ListMeshesCommand;
export type Output = Readonly<Record<string, unknown>>;

/** Sends an operation as the SDK does; throws the SDK's exceptions. */
export type SdkCall = (operation: string, input: object) => Promise<Output>;

export function sdkCalls(bench: Bench, principal?: Principal): SdkCall {
  return async (operation, input) => {
    const Command = (sdk as unknown as Record<string, new (input: object) => AnyCommand>)[`${operation}Command`];
    if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
    const { $metadata, ...output } = await bench.client(principal).send(new Command(input));
    if (!$metadata.requestId) throw new Error(`${operation}: an answer without its request's id`);
    return output as unknown as Output;
  };
}

/** A document as Create, Describe, Update and Delete answer it. */
export interface SdkDocument {
  readonly spec: object;
  readonly status: { readonly status: string };
  readonly metadata: {
    readonly arn: string;
    readonly uid: string;
    readonly version: number;
    readonly meshOwner: string;
    readonly resourceOwner: string;
    readonly createdAt: Date;
    readonly lastUpdatedAt: Date;
  };
}

/** The one document of an answer. */
export function documentIn(output: Output): SdkDocument {
  const [document, ...others] = Object.values(output);
  if (others.length > 0) throw new Error('an answer with more than a document');
  return document as SdkDocument;
}
