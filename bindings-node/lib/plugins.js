'use strict';

// What a program brings along: a `fetch` in place of the HTTP client built in, and a logger. The client's threads put
// down what they want of them; here it is done.

const { ConfigurationError, InvalidArgumentError } = require('./errors');
const native = require('./native');
const { refusal } = require('./options');

/** The plugins of clients, by number. Those who use them hold them. */
const known = new Map();
const gone = new FinalizationRegistry((number) => known.delete(number));
let last = 0;

/** What runs a function where the running one is: in the same asynchronous context. */
let snapshot;

/** Calls under way that may need plugins. */
const calls = new Map();

/** Requests of a `fetch` whose answers are not over. */
const exchanges = new Map();

/** The plugins of one client. */
class Plugins {
  number = ++last;

  constructor({ fetch, fetchOptions, logger }) {
    if (snapshot === undefined) {
      // Not needed without plugins.
      snapshot = require('node:async_hooks').AsyncLocalStorage.snapshot;
      native.serve(serve);
    }
    // What `fetch` is told can only be told to one.
    this.fetch = fetch ?? (fetchOptions ? globalThis.fetch : undefined);
    this.fetchOptions = fetchOptions;
    this.logger = logger;
    known.set(this.number, new WeakRef(this));
    gone.register(this, this.number);
  }

  /** What the native side is told. */
  get brought() {
    return { number: this.number, sends: this.fetch !== undefined, logs: this.logger !== undefined };
  }

  log(level, line) {
    try {
      this.logger[level](line);
    } catch (error) {
      // A call is not to fail with the logger, nor is that to be lost.
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }
}

/** The plugins of a client's options over those that it has; nothing where there are none. */
function pluginsOf(options, before) {
  const { fetch, fetchOptions, logger } = options ?? {};
  if (fetch == null && fetchOptions == null && logger == null) return before;
  if (fetch != null && typeof fetch !== 'function') {
    throw refusal(ConfigurationError, 'fetch', '`fetch` must be a function.');
  }
  if (logger != null && !LEVELS.every((level) => typeof logger[level] === 'function')) {
    throw refusal(ConfigurationError, 'logger', `\`logger\` must have the methods ${LEVELS.join(', ')}.`);
  }
  return new Plugins({
    fetch: fetch ?? before?.fetch,
    fetchOptions: fetchOptions == null ? before?.fetchOptions : checked(fetchOptions, ConfigurationError),
    logger: logger ?? before?.logger,
  });
}

const LEVELS = ['error', 'warn', 'info', 'debug'];

/** The native object that makes a call: its client's, or one whose `fetch` is told what the call's options say. */
function targetOf(target, options) {
  if (options?.fetchOptions == null) return target;
  const before = target.plugins;
  const fetchOptions = { ...before?.fetchOptions, ...checked(options.fetchOptions, InvalidArgumentError) };
  const plugins = new Plugins({ ...before, fetchOptions });
  return having(target.over(plugins.brought), plugins);
}

/** A native object that keeps the plugins it uses. */
function having(target, plugins) {
  if (plugins) target.plugins = plugins;
  return target;
}

/** What a program adds to a request, without what the client decides. */
function checked(given, Refusal) {
  if (typeof given !== 'object') throw refusal(Refusal, 'fetchOptions', '`fetchOptions` must be an object.');
  const { redirect, ...kept } = given;
  for (const name of ['body', 'headers', 'method', 'signal']) {
    if (name in kept) {
      throw refusal(Refusal, 'fetchOptions', `\`fetchOptions\` must not have \`${name}\`: it is an option of its own.`);
    }
  }
  if (redirect !== undefined && redirect !== 'follow') {
    throw refusal(Refusal, 'fetchOptions', "`fetchOptions` must not have another `redirect` than 'follow'.");
  }
  return kept;
}

/** A call begins. What it has done is done in the context of its caller. */
function begin(number) {
  calls.set(number, { within: snapshot(), error: undefined });
}

/** It ends. Gives what its `fetch` failed with the last time, if it did. */
function end(number) {
  // What was put down before the reply comes before it.
  serve();
  const { error } = calls.get(number);
  calls.delete(number);
  return error;
}

/** Does what was put down. */
function serve() {
  for (const { kind, plugins, call, exchange, head, body } of native.errands()) {
    const under = calls.get(call);
    if (kind === 'log') known.get(plugins)?.deref()?.log(head, body);
    else if (kind === 'drop') exchanges.get(exchange)?.drop();
    else if (kind === 'read') exchanges.get(exchange)?.read(under);
    else new Exchange(exchange).send(known.get(plugins)?.deref(), under, JSON.parse(head), body);
  }
}

/** A request of a `fetch`, and its answer. */
class Exchange {
  #number;
  #controller = new AbortController();
  #pieces;

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
      const answer = read(await (under ? under.within(send) : send()));
      this.#pieces = answer.pieces;
      if (!exchanges.has(this.#number)) return await this.#close();
      const { status, headers: pairs } = answer;
      native.answered(this.#number, JSON.stringify({ status, headers: pairs }), answer.pieces !== undefined);
      if (answer.pieces === undefined) exchanges.delete(this.#number);
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
    // It was not wanted, nor is what becomes of it.
    await Promise.resolve(this.#pieces?.return?.()).catch(() => {});
  }

  #fail(error, under) {
    if (!exchanges.delete(this.#number)) return;
    if (under) under.error = error;
    native.failed(this.#number, failure(error));
  }
}

/** What was given in place of an answer is none, and would be none the next time. */
class NoAnswerError extends TypeError {}

/** Status, headers and body of an answer; the body as pieces, where it has one. */
function read(response) {
  const status = response?.status;
  if (!Number.isInteger(status)) {
    throw new NoAnswerError(`\`fetch\` must give a Response; it gave ${response === null ? null : typeof response}.`);
  }
  const { headers } = response;
  const pairs = typeof headers?.[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers ?? {});
  return { status, headers: pairs.map((pair) => pair.map(String)), pieces: pieces(response) };
}

function pieces(response) {
  const { body } = response;
  if (typeof body?.getReader === 'function') {
    const reader = body.getReader();
    return { next: () => reader.read(), return: () => reader.cancel() };
  }
  // A body of Node's kind, which other implementations of `fetch` have.
  if (typeof body?.[Symbol.asyncIterator] === 'function') return body[Symbol.asyncIterator]();
  if (body !== undefined) return undefined;
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
  const code = error?.cause?.code ?? error?.code;
  const named = [error?.name ?? typeof error, code].filter((name) => typeof name === 'string').join(' ');
  return {
    reason: `The program's \`fetch\` failed: ${named}.`,
    isTimeout: /timed? ?out/i.test(`${error}${error?.cause ?? ''}`) || error?.name === 'TimeoutError',
    isUnsent: UNSENT.has(code),
    isPermanent: error instanceof NoAnswerError,
  };
}

const UNSENT = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

module.exports = { begin, end, having, pluginsOf, serve, targetOf };
