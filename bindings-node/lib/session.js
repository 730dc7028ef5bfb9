'use strict';

// One connection, for a program without the API key.

const { answer, call, named, signalOf, taken } = require('./call');
const { waitForLogin } = require('./login');
const { clientArguments, requestOptions } = require('./options');
const native = require('./native');
const { having, pluginsOf, told } = require('./plugins');
const { APIPromise } = require('./promise');
const { stream } = require('./stream');

class ManagedAuthSession {
  #held;

  constructor(native) {
    this.#held = { native };
    this.id = native.id;
  }

  /** A session, for a handoff code. */
  static exchange(id, handoffCode, client, options) {
    const given = taken(() => {
      const call = [...named({ id, handoff_code: handoffCode }), options == null ? null : requestOptions(options)];
      const plugins = told(pluginsOf(client), options);
      const target = having({ exchange: native.exchange }, plugins);
      return { target, signal: signalOf(options), args: [...clientArguments(client ?? {}, plugins), ...call] };
    });
    return APIPromise.of(() => {
      const { target, signal, args } = given();
      return answer(signal, target, 'exchange', args, SESSION.made);
    });
  }

  retrieve(options) {
    return call(this.#held, 'retrieve', {}, null, options);
  }

  submit(params, options) {
    return call(this.#held, 'submit', {}, params, options);
  }

  follow(options) {
    return stream(this.#held, 'follow', {}, null, options);
  }

  waitForLogin(options) {
    return waitForLogin(this.#held, options);
  }
}

// The body is not for others: it holds the token.
const SESSION = { promise: APIPromise, made: (native) => new ManagedAuthSession(native), isSecret: true };

/** Starts a call that gives a session. */
function session(held, method, path, params, options) {
  return call(held, method, path, params, options, SESSION);
}

module.exports = { ManagedAuthSession, session };
