// One connection, for a program without the API key.

import { answer, call, named, signalOf, taken } from './call.mjs';
import { waitForLogin } from './login.mjs';
import native from './native.mjs';
import { clientArguments, requestOptions } from './options.mjs';
import { having, pluginsOf, told } from './plugins.mjs';
import { APIPromise } from './promise.mjs';
import { stream } from './stream.mjs';

export class ManagedAuthSession {
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
export function session(held, method, path, params, options) {
  return call(held, method, path, params, options, SESSION);
}
