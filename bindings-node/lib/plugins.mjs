// What a program brings along: a `fetch` in place of the HTTP client built in, and a logger. The client's threads put
// down what they want of them; here it is taken up.

import { ConfigurationError, InvalidArgumentError } from './errors.mjs';
import { Exchange } from './exchange.mjs';
import { inspect } from './inspect.mjs';
import native from './native.mjs';
import { refusal } from './options.mjs';
import { withErrands } from './replies.mjs';
import shared from './shared.mjs';

// Who uses plugins holds them.
const gone = new FinalizationRegistry((number) => shared.known.delete(number));

/** What runs a function where the running one is: in the same asynchronous context. */
let snapshot;

/** The plugins of one client. */
class Plugins {
  number = ++shared.plugins;

  constructor({ fetch, fetchOptions, logger }) {
    // Not needed without plugins.
    snapshot ??= require('node:async_hooks').AsyncLocalStorage.snapshot;
    withErrands(serve);
    this.ownFetch = fetch;
    // What `fetch` is told can only be told to one.
    this.fetch = fetch ?? (fetchOptions ? globalThis.fetch : undefined);
    this.fetchOptions = fetchOptions;
    this.logger = logger;
    shared.known.set(this.number, new WeakRef(this));
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
      process.emitWarning(error instanceof Error ? error : `A logger threw ${inspect(error)}.`);
    }
  }
}

/** The plugins of a client's options over those that it has; nothing where there are none. */
export function pluginsOf(options, before) {
  const given = options ?? {};
  const { fetch, logger } = given;
  const saysOptions = Object.hasOwn(given, 'fetchOptions');
  if (fetch == null && logger == null && !saysOptions) return before;
  if (fetch != null && typeof fetch !== 'function') {
    throw refusal(ConfigurationError, 'fetch', '`fetch` must be a function.');
  }
  if (logger != null && !LEVELS.every((level) => typeof logger[level] === 'function')) {
    throw refusal(ConfigurationError, 'logger', `\`logger\` must have the methods ${LEVELS.join(', ')}.`);
  }
  const fetchOptions = saysOptions ? checked(given.fetchOptions, ConfigurationError) : before?.fetchOptions;
  return new Plugins({ fetch: fetch ?? before?.ownFetch, fetchOptions, logger: logger ?? before?.logger });
}

const LEVELS = ['error', 'warn', 'info', 'debug'];

/** The native object that makes a call: its client's, or one whose `fetch` is told what the call's options say. */
export function targetOf(target, options) {
  const plugins = told(target.plugins, options);
  return plugins === target.plugins ? target : having(target.over(plugins.brought), plugins);
}

/** Plugins whose `fetch` is told what a call's options say as well. */
export function told(plugins, options) {
  if (options?.fetchOptions == null) return plugins;
  const fetchOptions = { ...plugins?.fetchOptions, ...checked(options.fetchOptions, InvalidArgumentError) };
  return new Plugins({ fetch: plugins?.ownFetch, fetchOptions, logger: plugins?.logger });
}

/** A native object that keeps the plugins it uses. */
export function having(target, plugins) {
  if (plugins) target.plugins = plugins;
  return target;
}

/** What a program adds to a request, without what the client decides. */
function checked(given, Refusal) {
  if (given == null) return undefined;
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
export function begin(number) {
  shared.calls.set(number, { within: snapshot(), error: undefined });
}

/** It ends. Gives what its `fetch` failed with the last time, if it did. */
export function end(number) {
  const { error } = shared.calls.get(number);
  shared.calls.delete(number);
  return error;
}

let isServing = false;

/** Does what was put down, in order: what is put down meanwhile, a logger may call the client, comes after it. */
export function serve() {
  if (isServing) return;
  isServing = true;
  try {
    for (let errands = native.errands(); errands.length > 0; errands = native.errands()) errands.forEach(take);
  } finally {
    isServing = false;
  }
}

function take({ kind, plugins, call, exchange, head, body }) {
  const under = shared.calls.get(call);
  if (kind === 'log') shared.known.get(plugins)?.deref()?.log(head, body);
  else if (kind === 'drop') Exchange.of(exchange)?.drop();
  else if (kind === 'read') Exchange.of(exchange)?.read(under);
  else new Exchange(exchange).send(shared.known.get(plugins)?.deref(), under, JSON.parse(head), body);
}
