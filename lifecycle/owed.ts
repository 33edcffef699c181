import type { Invariant } from './ledger.ts';
import type { ObservedEnd } from './observed-end.ts';

/** Something that the library has to show before long, or has shown already. */
export interface Owed {
  readonly invariant: Invariant;
  readonly met: boolean;
  readonly detail: () => string;
}

// A FIN is seen behind so much that nobody has read; less than the 64 KiB that are read ahead.
const SEEN_BEHIND = 32 * 1024;

/**
 * What one end owes in the present state of the model, whatever came before and in which order: this is the reference
 * model of a connection.
 */
export function owedBy(end: ObservedEnd): Owed[] {
  const { peer } = end;
  if (peer === undefined) return [];
  return end.model.pair.broken
    ? owedWhenBroken(end, peer)
    : [...owedReading(end, peer), ...owedSending(end, peer)];
}

function owedReading(end: ObservedEnd, peer: ObservedEnd): Owed[] {
  const owed: Owed[] = [];
  const { name, reader, model } = end;
  if (flows(end)) {
    owed.push({
      invariant: 'delivery',
      met: reader.delivered >= peer.accepted,
      detail: () => `${name} has got ${reader.delivered} bytes of ${peer.accepted}`,
    });
    if (ends(peer)) {
      owed.push({
        invariant: 'completion',
        met: false,
        detail: () => `${name} reads, and its peer has ended`,
      });
    }
  }
  if (ends(end) && seesEnd(end) && ends(peer) && seesEnd(peer)) {
    owed.push({
      invariant: model.finished ? 'closes' : 'halfClose',
      met: end.closed,
      detail: () => `${name} is open, and both sides have ended`,
    });
  }
  return owed;
}

function owedSending(end: ObservedEnd, peer: ObservedEnd): Owed[] {
  const { name, model } = end;
  return end.sends.flatMap((send): Owed[] => {
    const met = !send.active;
    if (send.exhausted) {
      if (!flows(peer)) return [];
      return [{ invariant: 'sendSettles', met, detail: () => `a send of ${name} has sent all and goes on` }];
    }
    if (model.finished) {
      return [{ invariant: 'sendSettles', met, detail: () => `a send of ${name} goes on after its end` }];
    }
    if (model.role === 'accepted' || !ends(peer) || !seesEnd(end)) return [];
    return [
      { invariant: 'halfClose', met, detail: () => `a send of ${name} goes on after the end of its peer` },
    ];
  });
}

function owedWhenBroken(end: ObservedEnd, peer: ObservedEnd): Owed[] {
  const { name, model } = end;
  const met = end.closed;
  if (model.aborted)
    return [{ invariant: 'aborted', met, detail: () => `${name} was aborted and is not closed` }];
  // An accepted one that sends and is only told of an end may go on; and a reset of a Unix socket is an end.
  const mayGoOn = end.sending && !end.scene.medium.resets;
  if (!peer.model.aborted || !peer.closed || !flows(end) || mayGoOn) return [];
  return [{ invariant: 'closes', met, detail: () => `${name} is open, and its peer has reset` }];
}

/** What comes is taken at once. */
function flows({ model }: ObservedEnd): boolean {
  return model.reading && model.holds === 0;
}

/** The end of the peer does not wait behind something that nobody takes. */
function seesEnd(end: ObservedEnd): boolean {
  const { model, reader, peer } = end;
  if (model.reading) return model.holds === 0;
  if (reader.terminal === 'complete' || model.letGo) return true;
  const senses = model.role === 'dialled' || end.sending || model.finished;
  const undelivered = (peer?.outgoing.total ?? 0) - reader.delivered;
  return senses && undelivered < SEEN_BEHIND;
}

/** The write side has ended, or has to end by itself (rule 12), and all that was accepted gets through. */
function ends(end: ObservedEnd, asked = 0): boolean {
  const { model, peer } = end;
  if (peer === undefined) return false;
  if (model.finished) return end.closed || flows(peer) || gone(peer);
  // Each of the two may end because the other has; who asks back has its answer already.
  if (asked > 1 || !seesEnd(end) || !ends(peer, asked + 1)) return false;
  return (model.role === 'dialled' || !end.sending) && (flows(peer) || gone(peer));
}

/** Nothing can be in the way of what is sent to it. */
function gone({ model, peer, reader }: ObservedEnd): boolean {
  const undelivered = (peer?.outgoing.total ?? 0) - reader.delivered;
  return (
    (model.letGo && !model.reading) || (!model.reading && undelivered < SEEN_BEHIND) || undelivered === 0
  );
}
