// The log of the process: JSON lines on standard error, one per request and per event of a stream; never a secret.
import { destination, type Logger, pino } from 'pino';
import type { Decision } from '#functions/authorize.ts';
import type { StreamEvent } from '#streamer/xds/status.ts';
import type { Configuration } from './configuration.ts';
import type { GatewayRecord } from './gateway.ts';

export interface Log {
  request(record: GatewayRecord): void;
  /** Which statement of whose policies decided on a call. */
  readonly authorization?: (decision: Decision) => void;
  stream(event: StreamEvent): void;
  bug(error: unknown, requestId: string): void;
  trouble(what: string, trouble: unknown): void;
  /** What somebody should mend while the process goes on as it is. */
  warn(message: string): void;
}

/** Where lines go, and the way to write those that are gathered. */
export interface LogOutput {
  readonly logger: Logger;
  flush(): void;
}

/**
 * Lines of this level and above, on standard error. The lines of requests and streams gather for 100 ms, or until they are 4 KiB:
 * one system call for many. A process that ends, by itself, by a bug or by a signal that it handles, writes them
 * first; SIGKILL takes them along.
 */
export function openLogger(level: Configuration['logLevel']): LogOutput {
  const stream = destination({ dest: 2, sync: true, minLength: 4096, periodicFlush: 100 });
  const flush = () => stream.flushSync();
  process.on('exit', flush);
  const logger = pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
  return { logger, flush };
}

/** An admission, or the reason why there was none, in the words of CloudTrail's events of App Mesh's Envoys. */
function auditOf(event: StreamEvent): object {
  const eventName = 'StreamAggregatedResources';
  if (event.kind === 'opened') return { eventName, eventStatus: 'ConnectionEstablished' };
  return event.kind === 'refused' ? { eventName, failureReason: event.message } : {};
}

/** A log to this output; a bare logger writes each line by itself. */
export function createLog({ logger, flush }: { readonly logger: Logger; flush?(): void }): Log {
  // Whatever is not about a request or a stream that went well is written at once: it may be the last that is heard.
  const tell = (level: 'info' | 'warn' | 'error', line: object, message: string) => {
    logger[level](line, message);
    flush?.();
  };
  return {
    request(record) {
      const { caller, error, ...rest } = record;
      const line = {
        ...rest,
        ...(caller && { accountId: caller.accountId, caller: caller.arn }),
        ...(error !== undefined && { err: error }),
      };
      if (record.error !== undefined) tell('error', line, 'request');
      else logger.info(line, 'request');
    },
    authorization({ caller, ...decision }) {
      logger.info({ ...decision, accountId: caller.accountId, caller: caller.arn }, 'authorization');
    },
    stream(event) {
      // Every push and acknowledgement of thousands of Envoys would drown the rest.
      if (event.kind === 'sent' || event.kind === 'acked' || event.kind === 'settled') {
        logger.debug(event, 'stream');
        return;
      }
      const { cause, ...facts } = { cause: undefined, ...event };
      const line = { ...facts, ...auditOf(event), ...(cause !== undefined && { err: cause }) };
      if (event.kind === 'nacked' || event.kind === 'refused') tell('warn', line, 'stream');
      // They come by the thousand after a restart, and to write one at once is to wait for the disk.
      else logger.info(line, 'stream');
    },
    bug: (error, requestId) => tell('error', { err: error, requestId }, 'unforeseen'),
    trouble(what, trouble) {
      if (trouble === undefined) tell('info', { what }, 'well again');
      else if (trouble instanceof Error) tell('error', { what, err: trouble }, 'trouble');
      else tell('warn', { what, trouble }, 'trouble');
    },
    warn: (message) => tell('warn', {}, message),
  };
}
