'use strict';

// What a program brings along: a `fetch` in place of the HTTP client built in, and a logger. The client's threads put
// down what they want of them; here it is taken up.

const { ConfigurationError, InvalidArgumentError } = require('./errors');
const { Exchange } = require('./exchange');
const native = require('./native');
const { refusal } = require('./options');
const { withErrands } = require('./replies');

/** The plugins of clients, by number. Those who use them hold them. */
const known = new Map();
const gone = new FinalizationRegistry((number) => known.delete(number));
let last = 0;

/** What runs a function where the running one is: in the same asynchronous context. */
let snapshot;

/** Calls under way that may need plugins. */
const calls = new Map();

/** The plugins of one client. */
class Plugins {
  number = ++last;

  constructor({ fetch, fetchOptions, logger }) {
    if (snapshot === undefined) {
      // Not needed without plugins.
      snapshot = require('node:async_hooks').AsyncLocalStorage.snapshot;
      withErrands(serve);
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
  const { error } = calls.get(number);
  calls.delete(number);
  return error;
}

/** Does what was put down. */
function serve() {
  for (const { kind, plugins, call, exchange, head, body } of native.errands()) {
    const under = calls.get(call);
    if (kind === 'log') known.get(plugins)?.deref()?.log(head, body);
    else if (kind === 'drop') Exchange.of(exchange)?.drop();
    else if (kind === 'read') Exchange.of(exchange)?.read(under);
    else new Exchange(exchange).send(known.get(plugins)?.deref(), under, JSON.parse(head), body);
  }
}

module.exports = { begin, end, having, pluginsOf, serve, targetOf };
