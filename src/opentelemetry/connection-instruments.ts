import {
  ValueType,
  type Counter,
  type Histogram,
  type Meter,
  type ObservableCounter,
  type ObservableUpDownCounter,
} from '@opentelemetry/api';

/** What is counted of connections. */
export interface ConnectionInstruments {
  readonly opened: Counter;
  readonly closed: Counter;
  readonly duration: Histogram;
  readonly active: ObservableUpDownCounter;
  readonly io: ObservableCounter;
  readonly writeBuffer: ObservableUpDownCounter;
}

// Those of `http.client.connection.duration` in the semantic conventions, and longer ones, because a connection may live for days.
const LIFETIMES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 3600, 86_400];

/** Each is described where it is made, and in docs/observability.md. */
export function connectionInstruments(meter: Meter): ConnectionInstruments {
  return {
    opened: meter.createCounter('rxjs_net.connection.opened', {
      description: 'Connections that were accepted or dialled.',
      unit: '{connection}',
      valueType: ValueType.INT,
    }),
    closed: meter.createCounter('rxjs_net.connection.closed', {
      description: 'Connections that are closed; those that were lost have an error.type.',
      unit: '{connection}',
      valueType: ValueType.INT,
    }),
    duration: meter.createHistogram('rxjs_net.connection.duration', {
      description: 'How long connections were open.',
      unit: 's',
      advice: { explicitBucketBoundaries: LIFETIMES },
    }),
    active: meter.createObservableUpDownCounter('rxjs_net.connection.active', {
      description: 'Connections that are open.',
      unit: '{connection}',
      valueType: ValueType.INT,
    }),
    io: meter.createObservableCounter('rxjs_net.connection.io', {
      description: 'Bytes that connections have received, and that the kernel has taken from them.',
      unit: 'By',
      valueType: ValueType.INT,
    }),
    writeBuffer: meter.createObservableUpDownCounter('rxjs_net.connection.write_buffer', {
      description: 'Bytes that were written and wait for the peer.',
      unit: 'By',
      valueType: ValueType.INT,
    }),
  };
}
