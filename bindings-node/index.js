'use strict';

const { inspect } = require('node:util');
const { call } = require('./lib/call');
const { errorFrom, ...errors } = require('./lib/errors');
const { LoginReturn, hostedLoginURL } = require('./lib/hosted');
const { loginAndWait } = require('./lib/login');
const native = require('./lib/native');
const { clientArguments, copyOptions } = require('./lib/options');
const { OffsetPagination, PagePromise, list } = require('./lib/page');
const { APIPromise } = require('./lib/promise');
const { ManagedAuthSession, session } = require('./lib/session');
const { Stream, stream } = require('./lib/stream');
const { buildRequest, buildURL, request, requestPage } = require('./lib/verbs');

/** The API's client. */
class Kernel {
  #native;

  constructor(options = {}) {
    // `withOptions` hands over a native client; everybody else options.
    this.#native = options instanceof native.Client ? options : made(native.connect(...clientArguments(options)));
    this.auth = new Auth(this.#native);
  }

  /** A client with some options changed. */
  withOptions(options) {
    return new this.constructor(made(this.#native.withOptions(copyOptions(options))));
  }

  get(path, options) {
    return this.request(described('GET', path, options));
  }

  post(path, options) {
    return this.request(described('POST', path, options));
  }

  patch(path, options) {
    return this.request(described('PATCH', path, options));
  }

  put(path, options) {
    return this.request(described('PUT', path, options));
  }

  delete(path, options) {
    return this.request(described('DELETE', path, options));
  }

  request(options) {
    return request(this.#native, options);
  }

  /** There is one class of pages. */
  getAPIList(path, _Page, options) {
    return requestPage(this.#native, described('GET', path, options));
  }

  buildURL(path, query) {
    return buildURL(this.#native, path, query);
  }

  buildRequest(options, context) {
    return buildRequest(this.#native, options, context);
  }

  get baseURL() {
    return this.#native.baseUrl;
  }

  get maxRetries() {
    return this.#native.maxRetries;
  }

  get timeout() {
    return this.#native.timeout;
  }

  [inspect.custom](_depth, options) {
    const { baseURL, maxRetries, timeout } = this;
    return `${this.constructor.name} ${inspect({ baseURL, maxRetries, timeout }, options)}`;
  }
}

class Auth {
  constructor(native) {
    this.connections = new Connections(native);
    this.context = new Context(native);
  }
}

class Connections {
  #native;

  constructor(native) {
    this.#native = native;
  }

  create(params, options) {
    return call(this.#native, 'authConnectionsCreate', {}, params, options);
  }

  retrieve(id, options) {
    return call(this.#native, 'authConnectionsRetrieve', { id }, null, options);
  }

  update(id, params, options) {
    return call(this.#native, 'authConnectionsUpdate', { id }, params, options);
  }

  list(params, options) {
    return list(this.#native, 'authConnectionsList', {}, params, options);
  }

  delete(id, options) {
    return call(this.#native, 'authConnectionsDelete', { id }, null, options);
  }

  login(id, params, options) {
    return call(this.#native, 'authConnectionsLogin', { id }, params, options);
  }

  submit(id, params, options) {
    return call(this.#native, 'authConnectionsSubmit', { id }, params, options);
  }

  follow(id, options) {
    return stream(this.#native, 'authConnectionsFollow', { id }, null, options);
  }

  timeline(id, params, options) {
    return list(this.#native, 'authConnectionsTimeline', { id }, params, options);
  }

  exchange(id, handoffCode, options) {
    return session(this.#native, 'authConnectionsExchange', { id, handoff_code: handoffCode }, null, options);
  }

  loginAndWait(id, params, options) {
    return loginAndWait(this.#native, id, params, options);
  }
}

class Context {
  #native;

  constructor(native) {
    this.#native = native;
  }

  retrieve(options) {
    return call(this.#native, 'authContextRetrieve', {}, null, options);
  }
}

/** The options of a call with its method and path; they may be a promise. */
function described(method, path, options) {
  return typeof options?.then === 'function'
    ? options.then((options) => ({ method, path, ...options }))
    : { method, path, ...options };
}

/** A native client, or the text of what is wrong. */
function made(outcome) {
  if (typeof outcome === 'string') throw errorFrom(JSON.parse(outcome));
  return outcome;
}

// One class is the whole module, for `import Kernel`, `import { Kernel }` and `require` alike.
Object.assign(Kernel, errors, {
  APIPromise,
  Kernel,
  LoginReturn,
  ManagedAuthSession,
  OffsetPagination,
  PagePromise,
  Stream,
  hostedLoginURL,
});
module.exports = Kernel;
// By itself, where tools see it that do not run this.
module.exports.default = Kernel;
