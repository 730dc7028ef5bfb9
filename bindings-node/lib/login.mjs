// A login that is brought to its end. The core says what comes next; here are the caller's handlers.

import { aborted, named, optional, run, signalOf } from './call.mjs';
import { concealed } from './conceal.mjs';
import { errorFrom, InvalidArgumentError } from './errors.mjs';
import { json, requestOptions, seconds } from './options.mjs';
import { having, targetOf } from './plugins.mjs';

export async function loginAndWait(held, id, params, options) {
  return finish(held, ['onLogin', 'onInput'], options, () => [...named({ id }), optional(params, 'params')]);
}

export async function waitForLogin(held, options) {
  return finish(held, ['onInput'], options, () => []);
}

/** `names`: the handlers that options may have; `start`: what the native side is told of the call that starts it. */
async function finish({ native }, names, options, start) {
  const given = Object.entries(options ?? {});
  const handlers = Object.fromEntries(given.filter(([name]) => names.includes(name)));
  const { waitTimeout, ...rest } = Object.fromEntries(given.filter(([name]) => !names.includes(name)));
  for (const [name, handler] of Object.entries(handlers)) {
    if (handler != null && typeof handler !== 'function') {
      throw Object.assign(new InvalidArgumentError(`\`${name}\` must be a function.`), { argument: name });
    }
  }
  const signal = signalOf(rest);
  const target = targetOf(native, rest);
  const made = target.loginFlow(
    ...start(),
    requestOptions(options == null || typeof options === 'object' ? rest : options),
    ...named({ wait_timeout: seconds(waitTimeout) }),
    handlers.onInput != null,
  );
  if (typeof made === 'string') throw errorFrom(JSON.parse(made));
  return new Login(having(made, target.plugins), handlers, signal).end();
}

class Login {
  #native;
  #handlers;
  #signal;
  /** Ends the waiting, for the caller's signal or for a handler that failed. */
  #stop = new AbortController();
  #failure;
  /** Tells the handler that is at work that its answer is not wanted any more. */
  #asked;

  constructor(native, handlers, signal) {
    this.#native = native;
    this.#handlers = handlers;
    this.#signal = signal;
  }

  async end() {
    const signal = this.#signal;
    const abort = () => this.#stop.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await this.#steps();
    } catch (error) {
      if (this.#failure) throw this.#failure.error;
      throw signal?.aborted ? aborted(signal) : error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#withdraw();
      this.#native.close();
    }
  }

  async #steps() {
    for (;;) {
      const { body } = await run(this.#stop.signal, this.#native, 'next');
      const [step, what, number] = JSON.parse(body);
      if (step === 'done') return concealed(what);
      if (step === 'started') this.#tell(concealed(what));
      else if (step === 'input') this.#ask(what, number);
      else this.#withdraw();
    }
  }

  /** What this handler gives is of no interest, but it may fail. */
  async #tell(login) {
    try {
      await this.#handlers.onLogin?.(login);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #ask(request, number) {
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const answer = (await this.#handlers.onInput(request, { signal: asked.signal })) ?? null;
      if (asked.signal.aborted) return;
      // What JSON has no word for is no answer either, and the core says so.
      const refused = this.#native.give(number, json(answer, 'answer') ?? json(String(answer), 'answer'));
      if (refused) throw errorFrom(JSON.parse(refused));
    } catch (error) {
      if (!asked.signal.aborted) this.#fail(error);
    } finally {
      if (this.#asked === asked) this.#asked = undefined;
    }
  }

  #withdraw() {
    this.#asked?.abort();
    this.#asked = undefined;
  }

  /** Ends the login with the handler's own error, unless it is over already. */
  #fail(error) {
    if (this.#stop.signal.aborted) return;
    this.#failure = { error };
    this.#stop.abort();
  }
}
