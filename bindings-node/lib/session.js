'use strict';

// One connection, for a program without the API key.

const { answer, call, named, signalOf, taken } = require('./call');
const { clientArguments, requestOptions } = require('./options');
const native = require('./native');
const { APIPromise } = require('./promise');
const { stream } = require('./stream');

class ManagedAuthSession {
  #native;

  constructor(native) {
    this.#native = native;
    this.id = native.id;
  }

  /** A session, for a handoff code. */
  static exchange(id, handoffCode, client, options) {
    const given = taken(() => {
      const call = [...named({ id, handoff_code: handoffCode }), options == null ? null : requestOptions(options)];
      return { signal: signalOf(options), args: [...clientArguments(client ?? {}), ...call] };
    });
    return APIPromise.of(async () => {
      const { signal, args } = given();
      return answer(signal, (number) => native.exchange(number, ...args), SESSION.made);
    });
  }

  retrieve(options) {
    return call(this.#native, 'retrieve', {}, null, options);
  }

  submit(params, options) {
    return call(this.#native, 'submit', {}, params, options);
  }

  follow(options) {
    return stream(this.#native, 'follow', {}, null, options);
  }
}

// The body is not for others: it holds the token.
const SESSION = { promise: APIPromise, made: (native) => new ManagedAuthSession(native), isSecret: true };

/** Starts a call that gives a session. */
function session(target, method, path, params, options) {
  return call(target, method, path, params, options, SESSION);
}

module.exports = { ManagedAuthSession, session };
