// The streamer's metrics in Prometheus' form: streams, pushes, refusals, and the delay of its event loop.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RegistryOperation } from './sources/instances.ts';
import type { CertificatesFollowed } from './sources/secrets.ts';
import type { StreamEvent, StreamStatus } from './xds/status.ts';

export interface StreamerMetrics {
  readonly registry: Registry;
  /** Counts what happened on a stream. */
  count(event: StreamEvent): void;
  /** Counts a call of the registry of instances. */
  asked(operation: RegistryOperation): void;
  /** A change took so many milliseconds to an Envoy. */
  propagated(milliseconds: number): void;
  /** The newest of those since it was asked before. */
  propagations(): readonly number[];
  /** Counts a translation that failed. */
  failed(): void;
}

/** As many values as a line of CloudWatch's embedded metric format may hold of one metric. */
const mostPropagations = 100;

export function createMetrics(
  streams: () => readonly StreamStatus[],
  lostDependencies: () => number,
  certificates: () => CertificatesFollowed,
): StreamerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('heddle_streams', 'Open ADS streams', () => streams().length);
  gauge('heddle_envoys_refusing', 'Envoys whose refusal of a resource stands', () => streams().filter(refusing).length);
  gauge('heddle_lost_dependencies', 'Dependencies that cannot be reached now', lostDependencies);
  gauge('heddle_certificates', 'Certificates of connected Envoys', () => certificates().inUse);
  gauge(
    'heddle_certificates_near_expiry',
    'Certificates of connected Envoys whose renewal is late',
    () => certificates().nearExpiry,
  );
  gauge(
    'heddle_certificates_failing',
    'Certificates of connected Envoys that cannot be had, or have expired',
    () => certificates().failing,
  );
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  gauge('heddle_event_loop_delay_seconds', '99th percentile of the event loop delay since the last scrape', () => {
    const seconds = delay.percentile(99) / 1e9;
    delay.reset();
    return seconds;
  });
  const opened = counter('heddle_streams_opened_total', 'Streams admitted', ['mode']);
  const refused = counter('heddle_streams_refused_total', 'Streams refused, by gRPC status', ['code']);
  const responses = counter('heddle_responses_total', 'Responses sent', ['type']);
  const bytes = counter('heddle_response_bytes_total', 'Bytes of responses sent', ['type']);
  const acks = counter('heddle_acks_total', 'Responses acknowledged', ['type']);
  const nacks = counter('heddle_nacks_total', 'Responses refused by Envoys', ['type']);
  const failures = counter('heddle_translation_failures_total', 'Translations that failed: bugs');
  const calls = counter('heddle_registry_calls_total', 'Calls of the registry of instances', ['operation']);
  const propagation = new Histogram({
    name: 'heddle_propagation_seconds',
    help: 'From the commit of a change to the acknowledgement of an Envoy that was connected before',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  let propagations: readonly number[] = [];
  return {
    registry,
    asked: (operation) => calls.inc({ operation }),
    propagated(milliseconds) {
      propagation.observe(milliseconds / 1000);
      propagations = [...propagations.slice(1 - mostPropagations), milliseconds];
    },
    propagations() {
      const taken = propagations;
      propagations = [];
      return taken;
    },
    failed: () => failures.inc(),
    count(event) {
      switch (event.kind) {
        case 'opened':
          opened.inc({ mode: event.mode });
          break;
        case 'refused':
          refused.inc({ code: String(event.code) });
          break;
        case 'sent':
          responses.inc({ type: event.type });
          bytes.inc({ type: event.type }, event.bytes);
          break;
        case 'acked':
          acks.inc({ type: event.type });
          break;
        case 'nacked':
          nacks.inc({ type: event.type });
          break;
        case 'closed':
        case 'settled':
        case 'ignored':
          break;
      }
    },
  };
}

const refusing = ({ types }: StreamStatus): boolean => Object.values(types).some(({ nack }) => nack !== undefined);
