// A client of AWS that answers what a test says: for what no emulator ever answers.
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';

/** A command as a test looks at it. */
export interface Sent {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export type Answer = (sent: Sent) => object | Promise<object>;

export interface StubClient {
  readonly client: DynamoDBClient;
  readonly sent: readonly Sent[];
}

/** Each command is answered by the next of its name in the list, or by the last one of that name again. */
export function stubClient(answers: Readonly<Record<string, readonly Answer[]>>): StubClient {
  const sent: Sent[] = [];
  const send = async (command: { readonly constructor: { readonly name: string }; readonly input: Sent['input'] }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    const before = sent.filter((one) => one.name === name).length;
    const asked = { name, input: structuredClone(command.input) };
    sent.push(asked);
    const list = answers[name] ?? [];
    const answer = list[Math.min(before, list.length - 1)];
    if (answer === undefined) throw new Error(`nobody expected a ${name}`);
    return answer(asked);
  };
  // Of all that a client can do the adapters use nothing but `send`.
  return { client: { send } as unknown as DynamoDBClient, sent };
}

/** An error of the service, by its name alone. */
export const serviceError = (name: string, message = name): Error => Object.assign(new Error(message), { name });

export const failing =
  (error: Error): Answer =>
  () => {
    throw error;
  };

const metadata = { $metadata: {}, message: 'refused' };

export const conditionFailed = (id: string): Error =>
  new ConditionalCheckFailedException({ ...metadata, Item: { id: { S: id } } });

/** The reasons of a cancelled transaction, in the order of its writes; with the id of what stands there. */
export const cancelled = (...reasons: readonly { readonly Code: string; readonly id?: string }[]): Error =>
  new TransactionCanceledException({
    ...metadata,
    CancellationReasons: reasons.map(({ Code, id }) => ({
      Code,
      ...(id !== undefined && { Item: { id: { S: id } } }),
    })),
  });
