import type { Socket } from 'node:net';
import { concat, defer, Subscription } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import type { TransportError } from '../errors/transport-error.ts';
import type { Candidate, Check } from './candidate.ts';
import { ignoreErrors } from './ignore-errors.ts';

/** Who is told what becomes of a candidate. */
export interface AdmissionsHost {
  onAdmitted(candidate: Candidate): void;
  onRefused(remote: Endpoint, error: TransportError): void;
}

/**
 * What stands between an accepted socket and a connection: checks, one after the other.
 *
 * ```text
 * socket ─▶ check ─▶ check ─▶ admitted
 *             └────────┴────▶ refused, and the socket is destroyed; so it is when the server stops accepting
 * ```
 */
export class Admissions {
  readonly #checks: readonly Check[];
  readonly #host: AdmissionsHost;
  readonly #pending = new Map<Candidate, Subscription>();

  constructor(checks: readonly Check[], host: AdmissionsHost) {
    this.#checks = checks;
    this.#host = host;
  }

  add(socket: Socket, remote: Endpoint): void {
    const candidate: Candidate = { socket, stream: socket, proxied: undefined, remote };
    if (this.#checks.length === 0) this.#host.onAdmitted(candidate);
    else this.#check(candidate);
  }

  /** Nobody who has not passed by now will. */
  stop(reason: TransportError): void {
    for (const [candidate, passing] of [...this.#pending]) {
      passing.unsubscribe();
      this.#host.onRefused(candidate.remote, reason);
    }
  }

  #check(candidate: Candidate): void {
    const { socket } = candidate;
    ignoreErrors(socket);
    const passing = new Subscription();
    this.#pending.set(candidate, passing);
    let passed = false;
    passing.add(() => {
      this.#pending.delete(candidate);
      if (!passed) socket.destroy();
    });
    const checks = concat(...this.#checks.map((check) => defer(() => check(candidate)))).subscribe({
      error: (error: unknown) => {
        this.#host.onRefused(candidate.remote, toTransportError(error, 'accept'));
        passing.unsubscribe();
      },
      complete: () => {
        passed = true;
        passing.unsubscribe();
        this.#host.onAdmitted(candidate);
      },
    });
    passing.add(checks);
  }
}
