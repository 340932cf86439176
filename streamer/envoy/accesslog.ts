// Where a line is written for each request or connection, as Envoy's AccessLog.
import { AccessLog } from '../gen/envoy/config/accesslog/v3/accesslog.ts';
import type { DeepPartial } from '../gen/envoy/config/core/v3/base.ts';
import type { SubstitutionFormatString } from '../gen/envoy/config/core/v3/substitution_format_string.ts';
import { FileAccessLog } from '../gen/envoy/extensions/access_loggers/file/v3/file.ts';
import type { AccessLog as AccessLogNode } from '../graph/graph.ts';
import { packed } from './any.ts';
import type { Form } from './source.ts';

/** A list of one or none, as Envoy takes them. */
export function accessLogs(node: AccessLogNode | undefined, form: Form): AccessLog[] {
  if (node === undefined) return [];
  const value = packed(FileAccessLog, {
    // The static form must be taken anywhere, and the folder is the proxy's.
    path: form === 'static' ? '/dev/null' : node.path,
    accessLogFormat:
      node.format === undefined ? undefined : { $case: 'logFormat', value: { format: formatOf(node.format) } },
  });
  return [
    AccessLog.fromPartial({
      name: 'envoy.access_loggers.file',
      configType: { $case: 'typedConfig', value },
    }),
  ];
}

function formatOf(format: NonNullable<AccessLogNode['format']>): DeepPartial<SubstitutionFormatString>['format'] {
  return format.kind === 'text'
    ? { $case: 'textFormatSource', value: { specifier: { $case: 'inlineString', value: format.text } } }
    : { $case: 'jsonFormat', value: Object.fromEntries(format.members) };
}
