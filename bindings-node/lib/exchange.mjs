// Requests that a program's own `fetch` sends.

import native from './native.mjs';
import shared from './shared.mjs';

/** Those whose answers are not over, by number. */
const { exchanges } = shared;

/** A request of a `fetch`, and its answer. */
export class Exchange {
  #number;
  #controller = new AbortController();
  #pieces;

  /** One that is not over. */
  static of(number) {
    return exchanges.get(number);
  }

  constructor(number) {
    this.#number = number;
    exchanges.set(number, this);
  }

  async send(plugins, under, [method, url, headers], body) {
    if (under) under.error = undefined;
    try {
      const init = {
        signal: this.#controller.signal,
        method,
        headers: new Headers(headers),
        ...(body !== undefined && { body }),
        // The client follows by itself where that is safe.
        redirect: 'manual',
        ...plugins.fetchOptions,
      };
      const send = () => plugins.fetch.call(undefined, url, init);
      const response = await (under ? under.within(send) : send());
      this.#pieces = pieces(response);
      const answer = read(response);
      if (!exchanges.has(this.#number)) return await this.#close();
      const { status, headers: pairs } = answer;
      native.answered(this.#number, JSON.stringify({ status, headers: pairs }), this.#pieces !== undefined);
      if (this.#pieces === undefined) exchanges.delete(this.#number);
    } catch (error) {
      this.#fail(error, under);
    }
  }

  async read(under) {
    try {
      const { value, done } = await this.#pieces.next();
      if (done) exchanges.delete(this.#number);
      native.gave(this.#number, done ? null : bytes(value));
    } catch (error) {
      this.#fail(error, under);
    }
  }

  /** Nobody wants it any more. */
  drop() {
    exchanges.delete(this.#number);
    this.#controller.abort();
    this.#close();
  }

  async #close() {
    try {
      await this.#pieces?.return?.();
    } catch {
      // It was not wanted, nor is what becomes of it.
    }
  }

  #fail(error, under) {
    if (!exchanges.has(this.#number)) return;
    this.drop();
    if (under) under.error = error;
    native.failed(this.#number, failure(error));
  }
}

/** What was given in place of an answer is none, and would be none the next time. */
class NoAnswerError extends TypeError {}

/** Status and headers of an answer. */
function read(response) {
  const status = response?.status;
  if (!Number.isInteger(status)) {
    throw new NoAnswerError(`\`fetch\` must give a Response; it gave ${response === null ? null : typeof response}.`);
  }
  const { headers } = response;
  const pairs = typeof headers?.[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers ?? {});
  return { status, headers: pairs.map((pair) => pair.map(String)) };
}

/** The body of an answer, where it has one. */
function pieces(response) {
  const body = response?.body;
  if (typeof body?.getReader === 'function') {
    const reader = body.getReader();
    return { next: () => reader.read(), return: () => reader.cancel() };
  }
  // A body of Node's kind, which other implementations of `fetch` have.
  if (typeof body?.[Symbol.asyncIterator] === 'function') return body[Symbol.asyncIterator]();
  if (body !== undefined || response == null) return undefined;
  // What stands in for a Response in a test may have no more than one of these.
  const whole = ['arrayBuffer', 'text', 'json'].find((name) => typeof response[name] === 'function');
  return whole && once(response, whole);
}

async function* once(response, whole) {
  const body = await response[whole]();
  yield whole === 'json' ? JSON.stringify(body) : body;
}

function bytes(piece) {
  if (typeof piece === 'string') return Buffer.from(piece);
  if (ArrayBuffer.isView(piece)) return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  if (piece instanceof ArrayBuffer) return Buffer.from(piece);
  throw new NoAnswerError(`\`fetch\` must give bodies of bytes; it gave ${typeof piece}.`);
}

/** What an error of a `fetch` means for the call. Of its words nothing is kept but its names: they may hold anything. */
function failure(error) {
  const isPermanent = error instanceof NoAnswerError;
  try {
    const code = error?.cause?.code ?? error?.code;
    const named = [error?.name ?? typeof error, code].filter((name) => typeof name === 'string').join(' ');
    return {
      reason: `The program's \`fetch\` failed: ${named}.`,
      isTimeout: /timed? ?out/i.test(`${error}${error?.cause ?? ''}`) || error?.name === 'TimeoutError',
      isUnsent: UNSENT.has(code),
      isPermanent,
    };
  } catch {
    // Anything can be thrown, and some of it cannot even be looked at.
    return { reason: "The program's `fetch` failed.", isTimeout: false, isUnsent: false, isPermanent };
  }
}

const UNSENT = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);
