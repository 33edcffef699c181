import type { Attempt } from './dialling.ts';
import type { Path } from './path.ts';
import type { Patience } from './patience.ts';
import type { Machine } from './machine.ts';
import { TcpEnd, type TcpSettings } from './tcp-end.ts';
import type { RecordedTrace } from './trace.ts';

/** What a connection is made of. */
export interface ConnectionParts {
  readonly number: number;
  readonly tcp: TcpSettings;
  readonly path: (from: Machine, to: Machine) => Path;
  readonly trace: RecordedTrace;
  readonly patience: Patience;
}

/** Makes the two ends of a connection, each in its machine. @returns the one that listened */
export function connectionPair(
  from: Machine,
  to: Machine,
  { keepAliveDelay, address, port }: Attempt,
  parts: ConnectionParts,
): TcpEnd {
  const dialled = endOf(from, to, keepAliveDelay, parts);
  const accepted = endOf(to, from, to.listenerAt(address, port)?.keepAliveDelay, parts);
  dialled.peer = accepted;
  accepted.peer = dialled;
  return accepted;
}

function endOf(
  machine: Machine,
  peer: Machine,
  keepAliveDelay: number | undefined,
  { number, tcp, path, trace, patience }: ConnectionParts,
): TcpEnd {
  const end: TcpEnd = new TcpEnd(
    path(machine, peer),
    tcp,
    { number, keepAliveDelay },
    {
      sent: (segment) => {
        trace.segment('sent', machine.name, peer.name, number, segment);
      },
      arrived: (segment) => {
        trace.segment('arrived', machine.name, peer.name, number, segment);
      },
      arrivedAtNobody: (sender) => {
        patience.unanswered(machine, sender);
      },
      gaveUp: (code) => {
        trace.note(machine.name, `gives up: ${code}`, number);
        if (end.peer?.dead === false) patience.abandoned(end.peer);
      },
      stuck: () => {
        patience.stuck(end);
      },
      over: () => {
        machine.forget(end);
      },
    },
  );
  machine.adopt(end);
  return end;
}
