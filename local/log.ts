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

/** Lines of this level and above, on standard error. */
export const openLogger = (level: Configuration['logLevel']): Logger =>
  pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    destination({ dest: 2, sync: true }),
  );

export function createLog(logger: Logger): Log {
  return {
    request(record) {
      const { caller, error, ...rest } = record;
      const line = {
        ...rest,
        ...(caller && { accountId: caller.accountId, caller: caller.arn }),
        ...(error !== undefined && { err: error }),
      };
      if (record.error !== undefined) logger.error(line, 'request');
      else logger.info(line, 'request');
    },
    authorization({ caller, ...decision }) {
      logger.info({ ...decision, accountId: caller.accountId, caller: caller.arn }, 'authorization');
    },
    stream(event) {
      const { cause, ...facts } = { cause: undefined, ...event };
      const line = cause === undefined ? facts : { ...facts, err: cause };
      // Every push and acknowledgement of thousands of Envoys would drown the rest.
      if (event.kind === 'nacked' || event.kind === 'refused') logger.warn(line, 'stream');
      else if (event.kind === 'sent' || event.kind === 'acked' || event.kind === 'settled')
        logger.debug(line, 'stream');
      else logger.info(line, 'stream');
    },
    bug: (error, requestId) => logger.error({ err: error, requestId }, 'unforeseen'),
    trouble(what, trouble) {
      if (trouble === undefined) logger.info({ what }, 'well again');
      else if (trouble instanceof Error) logger.error({ what, err: trouble }, 'trouble');
      else logger.warn({ what, trouble }, 'trouble');
    },
    warn: (message) => logger.warn(message),
  };
}
