// The log of the process: JSON lines on standard error, one per request and per event of a stream; never a secret.
import { destination, type Logger, pino } from 'pino';
import type { Decision } from '#functions/authorize.ts';
import type { StreamEvent } from '#streamer/xds/status.ts';
import type { GatewayRecord } from './gateway.ts';

export interface Log {
  request(record: GatewayRecord): void;
  /** Which statement of whose policies decided on a call. */
  readonly authorization?: (decision: Decision) => void;
  stream(event: StreamEvent): void;
  bug(error: unknown, requestId: string): void;
  trouble(what: string, trouble: unknown): void;
  note(message: string): void;
}

interface Output {
  readonly logger: Logger;
  /** Writes what is gathered. */
  flush(): void;
}

let standardError: Output | undefined;

/**
 * One for the process. The lines of requests gather there for 100 ms, or until they are 4 KiB: one system call for many.
 * A process that ends, by itself, by a bug or by a signal that it handles, writes them first; SIGKILL takes them along.
 */
function toStandardError(): Output {
  if (standardError !== undefined) return standardError;
  const stream = destination({ dest: 2, sync: true, minLength: 4096, periodicFlush: 100 });
  const flush = () => stream.flushSync();
  process.on('exit', flush);
  const logger = pino({ base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
  standardError = { logger, flush };
  return standardError;
}

/** A log to standard error, or to a logger of one's own. */
export function createLog(own?: Logger): Log {
  const { logger, flush } = own === undefined ? toStandardError() : { logger: own, flush: () => {} };
  // Whatever is not about a request that went well is written at once: it may be the last that is heard.
  const tell = (level: 'info' | 'warn' | 'error', line: object, message: string) => {
    logger[level](line, message);
    flush();
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
      if (event.kind === 'nacked' || event.kind === 'refused') tell('warn', event, 'stream');
      else if (event.kind === 'sent' || event.kind === 'acked' || event.kind === 'settled')
        logger.debug(event, 'stream');
      else tell('info', event, 'stream');
    },
    bug: (error, requestId) => tell('error', { err: error, requestId }, 'unforeseen'),
    trouble(what, trouble) {
      if (trouble === undefined) tell('info', { what }, 'well again');
      else if (trouble instanceof Error) tell('error', { what, err: trouble }, 'trouble');
      else tell('warn', { what, trouble }, 'trouble');
    },
    note: (message) => tell('info', {}, message),
  };
}
