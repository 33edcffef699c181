import { admissionCases } from './cases/admission.ts';
import { closingCases } from './cases/closing.ts';
import { diallingCases } from './cases/dialling.ts';
import { drainCases } from './cases/drain.ts';
import { errorCases } from './cases/errors.ts';
import { flowControlCases } from './cases/flow-control.ts';
import { framingCases } from './cases/framing.ts';
import { halfCloseCases } from './cases/half-close.ts';
import { isolationCases } from './cases/isolation.ts';
import { loadCases } from './cases/load.ts';
import { ownershipCases } from './cases/ownership.ts';
import { pullingCases } from './cases/pulling.ts';
import { readingCases } from './cases/reading.ts';
import { sendingCases } from './cases/sending.ts';
import { timeCases } from './cases/time.ts';
import { transportClassCases } from './cases/transport-class.ts';
import { writingCases } from './cases/writing.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { runCase } from './run-case.ts';
import { reasons, type TransportCase } from './transport-case.ts';
import { isAble } from './transport-under-test.ts';

const subjects: Readonly<Record<string, readonly ConformanceCase[]>> = {
  ownership: ownershipCases,
  dialling: diallingCases,
  reading: readingCases,
  'async iteration': pullingCases,
  writing: writingCases,
  sending: sendingCases,
  'half-close': halfCloseCases,
  'flow control': flowControlCases,
  admission: admissionCases,
  drain: drainCases,
  closing: closingCases,
  errors: errorCases,
  isolation: isolationCases,
  time: timeCases,
  framing: framingCases,
  'the class': transportClassCases,
  load: loadCases,
};

/**
 * Every case of the suite, as data.
 *
 * @example
 * ```ts
 * import { TcpSocketTransport } from 'rxjs-net';
 * import { transportCases } from 'rxjs-net/testing';
 *
 * const traits = { window: 4 * 1024 * 1024 };
 * for (const one of transportCases) {
 *   if (one.subject !== 'ownership' || one.notApplicable(traits) !== undefined) continue;
 *   await one.run(() => ({ server: new TcpSocketTransport(), client: new TcpSocketTransport() }), { traits });
 *   console.log(one.name);
 * }
 * ```
 * @public
 */
export const transportCases: readonly TransportCase[] = Object.entries(subjects).flatMap(([subject, cases]) =>
  cases.map((one) => toTransportCase(subject, one)),
);

function toTransportCase(subject: string, one: ConformanceCase): TransportCase {
  const { name, rule, needs } = one;
  return {
    name,
    subject,
    rule,
    notApplicable: (traits) => (needs === undefined || isAble(traits, needs) ? undefined : reasons[needs]),
    run: (makeTransport, options) => runCase(one, makeTransport, options),
  };
}
