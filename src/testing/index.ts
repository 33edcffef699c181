/**
 * Tests of reactive RPC layers without sockets and without waiting: transports in memory and in virtual time.
 *
 * @packageDocumentation
 */

// Doubles and transports
export { connectionDouble } from './connection-double/connection-double.ts';
export type {
  ConnectionDouble,
  ConnectionDoubleOptions,
} from './connection-double/connection-double-options.ts';
export { memoryTransport, type MemoryTransport } from './memory-transport.ts';

// A network in virtual time
export { SimulatedNetwork } from './simulation/simulated-network.ts';
export type { SimulatedNetworkOptions } from './simulation/network-options.ts';
export { SimulationScheduler } from './simulation/simulation-scheduler.ts';
export type { Crash, SimulatedHost } from './simulation/simulated-host.ts';
export type { SimulatedTransportOptions } from './simulation/simulated-transport.ts';
export type { LinkOptions } from './simulation/path.ts';
export type { ResolutionFailure } from './simulation/names.ts';
export type { Trace } from './simulation/trace.ts';
export type { TraceEvent } from './simulation/trace-event.ts';

// Exploring
export { explore } from './explore/explore.ts';
export { replay, type ReplayOptions } from './explore/replay.ts';
export { ExplorationError } from './explore/exploration-error.ts';
export type { ExploreOptions } from './explore/explore-options.ts';
export type { RunOptions } from './explore/run-options.ts';
export type { Exploration, ExploreProgress } from './explore/exploration.ts';
export type { Fault, FaultKind, Lasting } from './explore/fault.ts';
export type { FaultTargets } from './explore/fault-targets.ts';
export type { Checks, Invariants, Scenario } from './explore/scenario.ts';
export type { Violation } from './explore/run.ts';

// A bad network between real sockets
export { faultProxy } from './fault-proxy/fault-proxy.ts';
export type { FaultProxy } from './fault-proxy/running-fault-proxy.ts';
export type { FaultProxyOptions } from './fault-proxy/fault-proxy-options.ts';
export type { DirectionFaults, Faults } from './fault-proxy/faults.ts';
export type { ProxiedConnection, ProxiedTraffic } from './fault-proxy/proxied-connection.ts';

// The conformance suite
export { describeTransport, type DescribeTransportOptions } from './conformance/describe-transport.ts';
export { transportCases } from './conformance/transport-cases.ts';
export type { ConformanceOptions, TransportCase } from './conformance/transport-case.ts';
export type { RegisterTest, TestRunner } from './conformance/test-runner.ts';
export type { Ability, TransportTraits, TransportUnderTest } from './conformance/transport-under-test.ts';
