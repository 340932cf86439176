// Where a proxy writes what went through it, and in which form.
import { isAbsolute } from 'node:path/posix';
import type { Logging, LoggingFormat } from '#events/model/shapes.ts';
import { memberOf } from '#events/spec.ts';
import type { Resource } from '#events/state.ts';
import { unknownOperators } from './format.ts';
import type { AccessLog } from './graph.ts';
import type { Say } from './report.ts';
import { unreachable } from './unreachable.ts';

/** The access log of a node or gateway; what Envoy would refuse, and every listener with it, is left out. */
export function accessLogOf(proxy: Resource<'virtualNode' | 'virtualGateway'>, say: Say): AccessLog | undefined {
  const logging: Logging | undefined = proxy.spec.logging;
  const file = logging?.accessLog?.file;
  if (file === undefined) return undefined;
  const member = 'spec.logging.accessLog.file';
  const { path } = file;
  // A relative path depends on where Envoy was started; a folder cannot be written.
  if (!isAbsolute(path) || /(?:^|\/)\.{0,2}$|\p{Cc}/u.test(path)) {
    say(proxy, `${member}.path`, `${JSON.stringify(path)} is no absolute path of a file: nothing is logged`);
    return undefined;
  }
  if (file.format === undefined) return { path };
  const format = formatOf(file.format);
  for (const key of repeated(format)) {
    say(proxy, `${member}.format.json`, `the key ${JSON.stringify(key)} stands several times: the last one is written`);
  }
  const unknown = unknownOperators(format.kind === 'text' ? [format.text] : format.members.map(([, value]) => value));
  if (unknown.length === 0) return { path, format };
  say(proxy, `${member}.format`, `Envoy does not know ${unknown.join(', ')}: its own format is used`);
  return { path };
}

/** The keys that an object could have only once, each once. */
function repeated(format: NonNullable<AccessLog['format']>): readonly string[] {
  if (format.kind === 'text') return [];
  const keys = format.members.map(([key]) => key);
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
}

function formatOf(format: LoggingFormat): NonNullable<AccessLog['format']> {
  const found = memberOf(format);
  switch (found.kind) {
    case 'text':
      // Envoy writes the text as it is: without an end each line would run into the next.
      return { kind: 'text', text: found.value.endsWith('\n') ? found.value : `${found.value}\n` };
    case 'json':
      return { kind: 'json', members: found.value.map(({ key, value }) => [key, value] as const) };
    default:
      return unreachable(found);
  }
}
