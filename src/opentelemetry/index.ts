/**
 * What goes on in rxjs-net, as metrics and traces of OpenTelemetry.
 *
 * @packageDocumentation
 */
export { instrument } from './instrument.ts';
export type { InstrumentOptions } from './instrument-options.ts';
