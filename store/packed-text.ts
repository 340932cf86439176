// Text as an attribute of an item: what is long is compressed, because items end at 400 KB and every kilobyte is paid for.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Shorter text stays readable in the console; a write of it is one or two units either way. */
const longest = 2_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

export async function packText(text: string): Promise<AttributeValue> {
  return text.length <= longest ? { S: text } : { B: await compress(text) };
}

export async function unpackText(value: AttributeValue | undefined): Promise<string> {
  if (value?.S !== undefined) return value.S;
  if (value?.B !== undefined) return (await decompress(value.B)).toString();
  throw new Error('an item without its text');
}
