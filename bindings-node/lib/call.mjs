// One call: from a caller's arguments to the promise the caller holds.

import { concealed } from './conceal.mjs';
import { APIUserAbortError, errorFrom, InvalidArgumentError, KernelError } from './errors.mjs';
import native from './native.mjs';
import { json, requestOptions } from './options.mjs';
import { begin, end, having, targetOf } from './plugins.mjs';
import { APIPromise } from './promise.mjs';
import { callNumber, giveBack, replyTo } from './replies.mjs';
import { Body } from './unread.mjs';

/** What most calls give: the body. */
const MODEL = { promise: APIPromise, made: (_, body) => (body === '' ? null : concealed(JSON.parse(body))) };

/** Starts `method` of what `held` has as its native object. `path` holds the arguments that have a place of their own, by name. */
export function call(held, method, path, params, options, kind = MODEL) {
  const given = taken(() => {
    const args = [...named(path), optional(params, 'params'), options == null ? null : requestOptions(options)];
    return { target: targetOf(held.native, options), signal: signalOf(options), args };
  });
  return kind.promise.of((wantsResponse) => {
    const { target, signal, args } = given();
    const isUnread = wantsResponse && !kind.isSecret;
    return answer(signal, target, method, [...args, isUnread], kind.made, isUnread);
  });
}

/** What a caller gives, as it is now; what is wrong with it is thrown later. */
export function taken(read) {
  try {
    const given = read();
    return () => given;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** What comes of a native call; `made` makes the data of it. */
export async function answer(signal, target, method, args, made, isUnread = false) {
  const { head, body, handle } = await run(signal, target, method, args);
  return isUnread
    ? new UnreadAnswer(head, handle, made, signal)
    : new Answer(head, body, made(handle, body, signal, head));
}

/** Runs a native call until its reply is there, or `signal` stops it. */
export async function run(signal, target, method, args = []) {
  if (signal?.aborted) throw aborted(signal);
  const { plugins } = target;
  const number = callNumber();
  let isOver = false;
  // A later call may have its number, and a signal need not let go of anybody.
  const abort = () => isOver || native.abort(number);
  if (plugins) begin(number);
  let reply;
  let failure;
  try {
    signal?.addEventListener('abort', abort, { once: true });
    reply = await replyTo(number, () => target[method](number, ...args));
  } catch (cause) {
    throw new KernelError(cause.message, { cause });
  } finally {
    isOver = true;
    if (plugins) failure = end(number);
    giveBack(number);
    signal?.removeEventListener('abort', abort);
  }
  const [text, handle, apart] = typeof reply === 'string' ? [reply] : reply;
  if (signal?.aborted) {
    handle?.close?.();
    throw aborted(signal);
  }
  if (handle) having(handle, plugins);
  // Not spread: the engine would make a shape of its own for each, and keep it.
  const { head, body } = read(text, failure);
  return { head, body: apart ?? body, handle };
}

/** The first line of a reply tells about the answer, the body follows; a failure is that one line alone. */
export function read(text, failure) {
  const end = text.indexOf('\n');
  if (end < 0) throw errorFrom(JSON.parse(text), failure);
  return { head: text.slice(0, end), body: text.slice(end + 1) };
}

/** The values as JSON, in order. */
export function named(values) {
  return Object.entries(values).map(([name, value]) => json(value, name) ?? 'null');
}

export function optional(value, name) {
  return value == null ? null : json(value, name);
}

export function signalOf(options) {
  const signal = options?.signal ?? undefined;
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw Object.assign(new InvalidArgumentError('`signal` must be an AbortSignal.'), { argument: 'signal' });
  }
  return signal;
}

export function aborted(signal) {
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
    this.#details ??= detailed(this.#head, this.#body);
    return this.#details;
  }
}

/** An answer whose body is read by whoever has the response, or decoded when that is asked for. */
class UnreadAnswer {
  #made;
  #signal;
  #body;
  #data;

  constructor(head, native, made, signal) {
    this.#made = made;
    this.#signal = signal;
    this.#body = new Body(native, { run, aborted }, signal);
    this.details = detailed(head, this.#body.stream);
    if (this.details.response.body === null) this.#body.unfollow();
  }

  get data() {
    this.#data ??= this.#decoded();
    return this.#data;
  }

  async #decoded() {
    const { head, body, handle } = await this.#body.decoded();
    return this.#made(handle, body, this.#signal, head);
  }
}

function detailed(head, body) {
  const { status, headers, request_id: requestID, retries_taken: retriesTaken } = JSON.parse(head);
  // `Response` refuses a body, even an empty one, where the status allows none.
  const response = new Response(BODILESS.includes(status) ? null : body || null, { status, headers });
  return { response, requestID: requestID ?? undefined, retriesTaken };
}

/** The statuses of answers without a body. */
const BODILESS = [204, 205, 304];
