'use strict';

// One call: from a caller's arguments to the promise the caller holds.

const { concealed } = require('./conceal');
const { APIUserAbortError, InvalidArgumentError, KernelError, errorFrom } = require('./errors');
const native = require('./native');
const { json, requestOptions } = require('./options');
const { APIPromise } = require('./promise');

let calls = 0;

/** What most calls give: the body. */
const MODEL = { promise: APIPromise, made: (_, body) => (body === '' ? null : concealed(JSON.parse(body))) };

/** Starts `method` of a native object. `path` holds the arguments that have a place of their own, by name. */
function call(target, method, path, params, options, kind = MODEL) {
  return kind.promise.of(exchange(target, method, path, params, options, kind.made));
}

async function exchange(target, method, path, params, options, made) {
  const signal = signalOf(options);
  const args = [...named(path), optional(params, 'params'), options == null ? null : requestOptions(options)];
  return answer(signal, (number) => target[method](number, ...args), made);
}

/** What comes of the native call that `start` starts under a number; `made` makes the data of it. */
async function answer(signal, start, made) {
  const { head, body, handle } = await run(signal, start);
  return new Answer(head, body, made(handle, body, signal, head));
}

/** Runs a native call until its reply is there, or `signal` stops it. */
async function run(signal, start) {
  if (signal?.aborted) throw aborted(signal);
  calls = (calls + 1) >>> 0;
  const number = calls;
  const abort = () => native.abort(number);
  signal?.addEventListener('abort', abort, { once: true });
  let reply;
  try {
    reply = await start(number);
  } catch (cause) {
    throw new KernelError(cause.message, { cause });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  const [text, handle] = typeof reply === 'string' ? [reply] : reply;
  if (signal?.aborted) {
    handle?.close?.();
    throw aborted(signal);
  }
  return { ...read(text), handle };
}

/** The first line of a reply tells about the answer, the body follows; a failure is that one line alone. */
function read(text) {
  const end = text.indexOf('\n');
  if (end < 0) throw errorFrom(JSON.parse(text));
  return { head: text.slice(0, end), body: text.slice(end + 1) };
}

/** The values as JSON, in order. */
function named(values) {
  return Object.entries(values).map(([name, value]) => json(value, name) ?? 'null');
}

function optional(value, name) {
  return value == null ? null : json(value, name);
}

function signalOf(options) {
  const signal = options?.signal ?? undefined;
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw Object.assign(new InvalidArgumentError('`signal` must be an AbortSignal.'), { argument: 'signal' });
  }
  return signal;
}

function aborted(signal) {
  return new APIUserAbortError({ cause: signal.reason });
}

class Answer {
  #head;
  #body;
  #details;

  constructor(head, body, data) {
    this.#head = head;
    this.#body = body;
    this.data = data;
  }

  /** What came with the data; only read when asked for, and then once. */
  get details() {
    if (this.#details === undefined) {
      const { status, headers, request_id: requestID, retries_taken: retriesTaken } = JSON.parse(this.#head);
      // `Response` refuses a body, even an empty one, where the status allows none.
      const response = new Response(this.#body || null, { status, headers });
      this.#details = { response, requestID: requestID ?? undefined, retriesTaken };
    }
    return this.#details;
  }
}

module.exports = { aborted, answer, call, named, optional, read, run, signalOf };
