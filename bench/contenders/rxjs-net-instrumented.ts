// The SDK is one of the root's packages, as the compiler is.
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { instrument } from 'rxjs-net/opentelemetry';
import type { Contender } from './contender.ts';
import { rxjsNet } from './rxjs-net.ts';

// More often than anybody collects, so that every round has some.
const COLLECTING = 100;

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** This library, with all of its metrics and spans, which the SDK collects and nobody exports. */
export function instrumented(): Contender {
  const reader = new Reader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('rxjs-net');
  const tracer = new BasicTracerProvider().getTracer('rxjs-net');
  instrument({ meter, tracer }).subscribe();
  setInterval(() => void reader.collect(), COLLECTING).unref();
  return rxjsNet;
}
