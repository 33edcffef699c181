import type { Attributes, Meter } from '@opentelemetry/api';
import { DataPointType, MeterProvider, MetricReader, type Histogram } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Subscription } from 'rxjs';
import { instrument, type InstrumentOptions } from '../../src/opentelemetry/index.ts';
import { afterThisSpec } from '../cleanup.ts';

/** One series of a metric, as a reader of the SDK has it. */
export interface Point {
  readonly attributes: Attributes;
  /** The sum, or how many values a histogram has. */
  readonly value: number;
  /** Of a histogram, the sum of its values. */
  readonly sum?: number | undefined;
}

/** A metric, as a reader of the SDK has it. */
export interface Metric {
  readonly unit: string;
  readonly type: string;
  readonly points: readonly Point[];
}

export interface Instrumented {
  /** Collects, and gives the metrics by their names. */
  collect(): Promise<Readonly<Record<string, Metric>>>;
  /** Collects, and gives the values of one metric. */
  points(name: string): Promise<readonly Point[]>;
  readonly spans: InMemorySpanExporter;
  readonly subscription: Subscription;
  readonly meter: Meter;
}

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** `instrument` with the real SDK behind it, until the spec is over. */
export function startInstrumented(options: InstrumentOptions = {}): Instrumented {
  const reader = new Reader();
  const meters = new MeterProvider({ readers: [reader] });
  const spans = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const meter = meters.getMeter('spec');
  const tracer = tracers.getTracer('spec');
  const subscription = instrument({ meter, tracer, ...options }).subscribe();
  afterThisSpec(() => {
    subscription.unsubscribe();
  });
  const collect = async (): Promise<Readonly<Record<string, Metric>>> => {
    const { resourceMetrics, errors } = await reader.collect();
    expect(errors).toEqual([]);
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPointType, dataPoints }) => [
        descriptor.name,
        {
          unit: descriptor.unit,
          type: DataPointType[dataPointType],
          points: dataPoints.map(({ attributes, value }): Point => {
            if (typeof value === 'number') return { attributes, value };
            const { count, sum } = value as Histogram;
            return { attributes, value: count, sum };
          }),
        },
      ]),
    );
  };
  return {
    collect,
    points: async (name) => (await collect())[name]?.points ?? [],
    spans,
    subscription,
    meter,
  };
}
