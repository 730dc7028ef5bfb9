import { call } from './call.mjs';
import { errorFrom } from './errors.mjs';
import { CUSTOM, inspect } from './inspect.mjs';
import { loginAndWait } from './login.mjs';
import native from './native.mjs';
import { clientArguments, copyOptions } from './options.mjs';
import { list } from './page.mjs';
import { having, pluginsOf, serve } from './plugins.mjs';
import { session } from './session.mjs';
import { stream } from './stream.mjs';
import { buildRequest, buildURL, request, requestPage } from './verbs.mjs';

/** Milliseconds that one attempt may take unless somebody says otherwise. */
export const DEFAULT_TIMEOUT = native.defaultTimeout();

/** The API's client. */
export class Kernel {
  /** Its native client, which another one takes the place of when an option is set; the resources look it up here. */
  #held;

  constructor(options = {}) {
    // `withOptions` hands over a native client; everybody else options.
    this.#held = { native: options instanceof native.Client ? options : connected(options) };
    this.auth = new Auth(this.#held);
  }

  /** A client with some options changed. */
  withOptions(options) {
    return new this.constructor(this.#changed(options));
  }

  #changed(options) {
    const { native } = this.#held;
    const plugins = pluginsOf(options, native.plugins);
    return made(native.withOptions(copyOptions(options), plugins?.brought), plugins);
  }

  /** What a client is set to, to be read and set. */
  static {
    const names = ['apiKey', 'projectID', 'baseURL', 'timeout', 'maxRetries', 'logLevel'];
    const plugins = ['fetchOptions', 'logger'];
    for (const name of [...names, ...plugins]) {
      // biome-ignore lint/complexity/noThisInStatic: a bundler renames a class that names itself
      Object.defineProperty(this.prototype, name, {
        get() {
          const { native } = this.#held;
          return plugins.includes(name) ? native.plugins?.[name] : native[name];
        },
        set(value) {
          this.#held.native = this.#changed({ [name]: value });
        },
        configurable: true,
      });
    }
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
    return request(this.#held, options);
  }

  /** There is one class of pages. */
  getAPIList(path, _Page, options) {
    return requestPage(this.#held, described('GET', path, options));
  }

  buildURL(path, query, defaultBaseURL) {
    return buildURL(this.#held, path, query, defaultBaseURL);
  }

  buildRequest(options, context) {
    return buildRequest(this.#held, options, context);
  }

  [CUSTOM](_depth, options) {
    const { baseURL, maxRetries, timeout } = this;
    return `${this.constructor.name} ${inspect({ baseURL, maxRetries, timeout }, options)}`;
  }
}

class Auth {
  constructor(held) {
    this.connections = new Connections(held);
    this.context = new Context(held);
  }
}

class Connections {
  #held;

  constructor(held) {
    this.#held = held;
  }

  create(params, options) {
    return call(this.#held, 'authConnectionsCreate', {}, params, options);
  }

  retrieve(id, options) {
    return call(this.#held, 'authConnectionsRetrieve', { id }, null, options);
  }

  update(id, params, options) {
    return call(this.#held, 'authConnectionsUpdate', { id }, params, options);
  }

  list(params, options) {
    return list(this.#held, 'authConnectionsList', {}, params, options);
  }

  delete(id, options) {
    return call(this.#held, 'authConnectionsDelete', { id }, null, options);
  }

  login(id, params, options) {
    return call(this.#held, 'authConnectionsLogin', { id }, params, options);
  }

  submit(id, params, options) {
    return call(this.#held, 'authConnectionsSubmit', { id }, params, options);
  }

  follow(id, options) {
    return stream(this.#held, 'authConnectionsFollow', { id }, null, options);
  }

  timeline(id, params, options) {
    return list(this.#held, 'authConnectionsTimeline', { id }, params, options);
  }

  exchange(id, handoffCode, options) {
    return session(this.#held, 'authConnectionsExchange', { id, handoff_code: handoffCode }, null, options);
  }

  loginAndWait(id, params, options) {
    return loginAndWait(this.#held, id, params, options);
  }
}

class Context {
  #held;

  constructor(held) {
    this.#held = held;
  }

  retrieve(options) {
    return call(this.#held, 'authContextRetrieve', {}, null, options);
  }
}

/** The options of a call with its method and path; they may be a promise. */
function described(method, path, options) {
  return typeof options?.then === 'function'
    ? options.then((options) => ({ method, path, ...options }))
    : { method, path, ...options };
}

function connected(options) {
  const plugins = pluginsOf(options);
  return made(native.connect(...clientArguments(options, plugins)), plugins);
}

/** A native client, or the text of what is wrong. */
function made(outcome, plugins) {
  if (plugins) serve();
  if (typeof outcome === 'string') throw errorFrom(JSON.parse(outcome));
  return having(outcome, plugins);
}
