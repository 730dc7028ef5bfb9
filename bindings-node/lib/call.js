'use strict';

// One call: from a caller's arguments to the promise the caller holds.

const { APIUserAbortError, InvalidArgumentError, KernelError, errorFrom } = require('./errors');
const { json, requestOptions } = require('./options');
const { APIPromise } = require('./promise');

let calls = 0;

/** Starts `method` of the native client. `path` holds the arguments that stand in the URL, by name. */
function call(native, method, path, params, options) {
  return APIPromise.of(exchange(native, method, path, params, options));
}

async function exchange(native, method, path, params, options) {
  const signal = signalOf(options);
  const named = Object.entries(path).map(([name, value]) => json(value, name) ?? 'null');
  const args = [
    ...named,
    params == null ? null : json(params, 'params'),
    options == null ? null : requestOptions(options),
  ];
  if (signal?.aborted) throw aborted(signal);

  calls = (calls + 1) >>> 0;
  const number = calls;
  const abort = () => native.abort(number);
  signal?.addEventListener('abort', abort, { once: true });
  let text;
  try {
    text = await native[method](number, ...args);
  } catch (cause) {
    throw new KernelError(cause.message, { cause });
  } finally {
    signal?.removeEventListener('abort', abort);
  }

  if (signal?.aborted) throw aborted(signal);
  // The first line tells about the answer, the body follows; a failure is that one line alone.
  const end = text.indexOf('\n');
  if (end < 0) throw errorFrom(JSON.parse(text));
  return new Answer(text.slice(0, end), text.slice(end + 1));
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

  constructor(head, body) {
    this.#head = head;
    this.#body = body;
  }

  get data() {
    return JSON.parse(this.#body);
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

module.exports = { call };
