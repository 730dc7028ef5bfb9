'use strict';

const { inspect } = require('node:util');
const { call } = require('./lib/call');
const { errorFrom, ...errors } = require('./lib/errors');
const native = require('./lib/native');
const { clientOptions, copyOptions } = require('./lib/options');
const { APIPromise } = require('./lib/promise');

/** The API's client. */
class Kernel {
  #native;

  constructor(options = {}) {
    // `withOptions` hands over a native client; everybody else options.
    this.#native = options instanceof native.Client ? options : made(connect(options));
    this.auth = new Auth(this.#native);
  }

  /** A client with some options changed. */
  withOptions(options) {
    return new this.constructor(made(this.#native.withOptions(copyOptions(options))));
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
  }
}

class Connections {
  #native;

  constructor(native) {
    this.#native = native;
  }

  login(id, params, options) {
    return call(this.#native, 'authConnectionsLogin', { id }, params, options);
  }
}

function connect(options) {
  const environment = {};
  for (const name of native.environment()) environment[name] = process.env[name];
  return native.connect(clientOptions(options), process.version, environment);
}

/** A native client, or the text of what is wrong. */
function made(outcome) {
  if (typeof outcome === 'string') throw errorFrom(JSON.parse(outcome));
  return outcome;
}

// One class is the whole module, for `import Kernel`, `import { Kernel }` and `require` alike.
Object.assign(Kernel, errors, { APIPromise, Kernel, default: Kernel });
module.exports = Kernel;
