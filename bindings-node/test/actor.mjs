// Makes the calls that scenarios name, and notes what a user sees.

import { once } from 'node:events';
import Kernel, { hostedLoginURL, LoginReturn, ManagedAuthSession } from 'kernel-client';

/** A call that takes longer has failed. */
const LIMIT = 10_000;

/** What has been seen of a scenario, besides how its call ended. */
export class Seen {
  items = [];
  logins = [];
  inputs = [];
  /** Everything that a program might print. */
  shown = [];
  #reached = () => {};

  /** Ends once so many have been seen: `items` delivered, or `inputs` asked for. */
  async until([kind, count]) {
    while (this[kind].length < count) await new Promise((resolve) => (this.#reached = resolve));
    // The loop that got the last one asks for the next before anything else happens.
    await new Promise(setImmediate);
  }

  see(kind, value, read = (it) => it) {
    this.shown.push(value);
    this[kind].push(read(value));
    this.#reached();
  }
}

/** Options as this package names and measures them; an option it does not have keeps its name in camel case. */
export function options(wire, copy = false) {
  const named = {};
  for (const [name, value] of Object.entries(wire ?? {})) {
    if (value === '$unset') continue;
    const number = { $nan: Number.NaN, $infinity: Number.POSITIVE_INFINITY }[value] ?? value;
    // A copy's headers and query take the place of its client's; there is no option to add to them.
    const as = copy && !(name.slice(4) in wire) ? name.replace(/^set_/, '') : name;
    const camel = as
      .replace(/_(id|url)$/, (_, part) => part.toUpperCase())
      .replace(/_(\w)/g, (_, c) => c.toUpperCase());
    named[camel] = name.endsWith('timeout') && typeof number === 'number' ? number * 1000 : number;
  }
  return named;
}

/** What acts in one scenario: a client, its world, and what is seen. */
export class Actor {
  seen = new Seen();

  constructor(scenario, world) {
    this.scenario = scenario;
    this.world = world;
  }

  /** Makes the client, and the call as often as it is to be made. */
  async act(fill) {
    const { client, with_options: copy, before = [], session, call, repeat = 1, cancel } = this.scenario;
    const made = { api_key: 'sk_test', base_url: this.world.baseURL, ...client };
    this.client = new Kernel(options(made));
    this.alone = options({ ...made, api_key: '$unset' });
    this.seen.shown.push(this.client);
    if (copy) {
      this.client = this.client.withOptions(options(copy, true));
      this.seen.shown.push(this.client);
    }
    if (!call) return;
    const answers = await this.#prepare(before, fill);
    const { session: exchange, call: filled } = fill({ session, call }, answers);
    if (exchange) {
      this.session = await this.#make(exchange, this.seen);
      this.seen.shown.push(this.session);
    }
    for (let time = 1; time < repeat; time++) await this.#make(filled, new Seen()).catch(() => {});
    await this.#cancellable(filled, cancel);
  }

  /** Does what comes before the call; gives the answers. */
  async #prepare(before, fill) {
    const answers = [];
    for (const step of fill(before, answers)) {
      const [now] = fill([step], answers);
      try {
        answers.push(now.$control ? await this.#control(now) : await this.#make(now, new Seen()));
      } catch (cause) {
        throw new Stage(`what comes before the call failed: ${cause}`, { cause });
      }
    }
    return answers;
  }

  async #cancellable(call, cancel) {
    const stop = cancel && new AbortController();
    const outcome = this.#make(call, this.seen, stop?.signal);
    outcome.catch(() => {}); // looked at below, even if it fails before it is to be cancelled
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), LIMIT);
    const limit = once(late.signal, 'abort').then(() => {
      throw new Stage(`no end after ${LIMIT} ms`);
    });
    try {
      if (cancel) {
        await Promise.race([this.#reached(cancel), limit]);
        stop.abort();
      }
      await Promise.race([outcome, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends when it is time to cancel. */
  async #reached(cancel) {
    const [[kind, count]] =
      typeof cancel === 'string'
        ? [[{ in_flight: 'requests', in_backoff: 'completed' }[cancel], 1]]
        : Object.entries(cancel);
    if (kind in this.seen) await this.seen.until([kind, count]);
    else await this.world.state(`wait_${kind}=${count}`);
  }

  /** Does to the world what an entry says. */
  async #control({ $control: parts = {} }) {
    let answer = null;
    for (const [part, body] of Object.entries(parts)) answer = await this.world.control(part, body);
    return answer;
  }

  /** Makes a call, sees what comes of it, and gives the answer. */
  async #make(call, seen, signal) {
    const { method, args = {}, options: own } = call;
    const settings = own || signal ? { ...options(own), ...(signal && { signal }) } : undefined;
    const { id, handoff_code, ...rest } = args;
    const params = Object.keys(rest).length > 0 ? rest : undefined;
    const { connections, context } = this.client.auth;
    // What a call does not take is passed where its parameters would be.
    const none = params ? [params, settings] : [settings];
    const start = {
      'auth.connections.create': () => connections.create({ ...args }, settings),
      'auth.connections.retrieve': () => connections.retrieve(id, ...none),
      'auth.connections.update': () => connections.update(id, params, settings),
      'auth.connections.list': () => connections.list(Object.keys(args).length > 0 ? args : undefined, settings),
      'auth.connections.delete': () => connections.delete(id, ...none),
      'auth.connections.login': () => connections.login(id, params, settings),
      'auth.connections.submit': () => connections.submit(id, params, settings),
      'auth.connections.follow': () => connections.follow(id, ...none),
      'auth.connections.timeline': () => connections.timeline(id, params, settings),
      'auth.connections.exchange': () => connections.exchange(id, handoff_code, ...none),
      'auth.connections.login_and_wait': () =>
        connections.loginAndWait(id, params, { ...settings, ...this.#handlers(call, seen) }),
      'auth.context.retrieve': () => context.retrieve(...none),
      'session.exchange': () => ManagedAuthSession.exchange(id, handoff_code, this.alone, ...none),
      'session.retrieve': () => this.session.retrieve(...(id === undefined ? none : [{ id }])),
      'session.submit': () => this.session.submit(Object.keys(args).length > 0 ? args : undefined, settings),
      'session.follow': () => this.session.follow(...none),
      'session.wait_for_login': () =>
        this.session.waitForLogin({ ...args, ...settings, ...this.#handlers(call, seen) }),
      hosted_login_url: () => hostedLoginURL(args.url, targets(args)),
      login_return: () => LoginReturn.parse(args.url),
    }[method];
    if (!start) throw new Stage(`unknown method ${method}`);
    const pending = start();
    if (method.endsWith('.follow')) return this.#iterate(await response(pending, seen), call, seen);
    if (call.collect === 'items') return this.#iterate(pending, call, seen);
    if (call.collect === 'pages') return this.#iterate((await pending).iterPages(), call, seen, page);
    const data = await response(pending, seen);
    const read = /\.(list|timeline)$/.test(method) ? page : method.endsWith('.exchange') ? ({ id }) => ({ id }) : as;
    seen.shown.push(data);
    seen.result = read(data);
    return data;
  }

  async #iterate(source, { stop_after }, seen, read = as) {
    for await (const item of source) {
      seen.see('items', item, read);
      if (seen.items.length === stop_after) break;
    }
    seen.ended = true;
  }

  #handlers({ method, handler, on_login = {} }, seen) {
    const entries = [...(handler ?? [])];
    const onLogin = (login) => {
      seen.see('logins', login);
      return this.#control(on_login);
    };
    const onInput = (input, { signal }) => {
      seen.see('inputs', input);
      if (entries.length === 0) throw new Stage('the handler is called once more than expected');
      const entry = entries.shift();
      if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
      const { $control, $later, $wait, $raise, ...rest } = entry;
      const answer = () => {
        if ($raise !== undefined) throw new Raised($raise);
        return Object.keys(entry).length > 0 && Object.keys(rest).length === 0 ? null : rest;
      };
      if (!$control && !$later && !$wait) return answer();
      const wait = () => $wait && once(signal, 'abort');
      return this.#control(entry).then(wait).then(answer);
    };
    const handlers = handler ? { onInput } : {};
    // Who waits for a login that runs already is not told of its start.
    return method.startsWith('session.') ? handlers : { ...handlers, onLogin };
  }
}

/** What a scenario cannot do, as opposed to what the client does. */
export class Stage extends Error {}

/** What a handler of a scenario raises. */
export class Raised extends Error {}

const as = (value) => value;

const page = (page) => {
  const { items, has_more, next_offset } = page;
  return { items, has_more, next_offset, has_next_page: page.hasNextPage() };
};

/** What a call gives, with the response noted where there is one. */
async function response(pending, seen) {
  if (typeof pending?.withResponse !== 'function') return pending;
  const { data, ...rest } = await pending.withResponse();
  seen.shown.push(rest.response);
  seen.response = rest;
  return data;
}

function targets({ url: _, ...rest }) {
  return Object.keys(rest).length > 0 ? rest : undefined;
}
