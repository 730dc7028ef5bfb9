// The one connection this page may see, by the token that its hand-off code was exchanged for.

const ANSWER_LIMIT_MS = 20_000;
// A stream that brings nothing at all, not even a heartbeat, for so long is dead.
const IDLE_LIMIT_MS = 60_000;
const LONGEST_LINE = 1 << 20;

/** The API has understood, and says no. */
export class Refused extends Error {
  constructor(status, message) {
    super(message || `The service answered ${status}.`);
    this.status = status;
  }
}

/** No answer, or one that says to come back later. */
export class Unreachable extends Error {}

export class Connection {
  #url;
  #key;
  #session = null;
  #clockOffset = 0;
  #wake = null;

  /** `url` is where the API has this connection. */
  constructor(url) {
    this.#url = url;
    this.#key = `login:${url}`;
  }

  /** Exchanges the code, unless this tab has done so before. False: there is neither a code nor a session. */
  async open(code) {
    const kept = recall(this.#key);
    if (kept && (!code || kept.code === code)) {
      this.#session = kept;
      return true;
    }
    if (!code) return false;
    const { jwt } = await this.#call('POST', '/exchange', { code });
    this.#session = { code, jwt };
    keep(this.#key, this.#session);
    return true;
  }

  retrieve() {
    return this.#call('GET', '');
  }

  submit(answer) {
    return this.#call('POST', '/submit', answer);
  }

  /** Now, by the server's clock. */
  now() {
    return Date.now() + this.#clockOffset;
  }

  /** Cuts a wait short, and gives up a stream that may be dead without our knowing. */
  hurry() {
    this.#wake?.();
  }

  /**
   * Reports each state of the event stream until `signal` ends it. Whenever the stream ends, breaks or is not to be
   * had, `ask` has to ask for the state; it is asked until the stream is back. Rejects with what `ask` rejects with,
   * unless that is `Unreachable`.
   */
  async watch({ onState, ask, onReachable, onUnreachable, signal }) {
    let fruitless = 0;
    while (!signal.aborted) {
      const heard = await this.#listen(onState, onReachable, signal);
      if (signal.aborted) return;
      fruitless = heard ? 0 : fruitless + 1;
      try {
        await ask();
        onReachable();
        // Then asking is as good as a stream, and may go on at that pace.
        fruitless = Math.min(fruitless, 2);
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        if (!signal.aborted) onUnreachable(fruitless);
      }
      if (!signal.aborted) await this.pause(Math.min(250 * 2 ** fruitless, 8000), signal);
    }
  }

  /** One event stream, to its end. True: it has brought a state. */
  async #listen(onState, onReachable, signal) {
    const stream = new AbortController();
    const stop = () => stream.abort();
    let idle = setTimeout(stop, ANSWER_LIMIT_MS);
    const alive = () => {
      clearTimeout(idle);
      idle = setTimeout(stop, IDLE_LIMIT_MS);
    };
    signal.addEventListener('abort', stop);
    this.#wake = stop;
    let heard = false;
    try {
      const response = await fetch(`${this.#url}/events`, {
        headers: { Accept: 'text/event-stream', Authorization: `Bearer ${this.#session.jwt}` },
        cache: 'no-store',
        signal: stream.signal,
      });
      if (!response.ok || !response.body) return false;
      alive();
      onReachable();
      for await (const event of eventsOf(response.body, alive)) {
        if (event.event === 'managed_auth_state') {
          heard = true;
          onState(event);
        } else if (event.event === 'sse_heartbeat') {
          this.#setClock(event.timestamp);
        }
      }
    } catch {
      // Whatever broke it: the state is asked for instead, and that says whether anything is wrong.
    } finally {
      clearTimeout(idle);
      signal.removeEventListener('abort', stop);
      stream.abort();
      this.#wake = null;
    }
    return heard;
  }

  async #call(method, path, body) {
    const headers = { Accept: 'application/json' };
    if (this.#session) headers.Authorization = `Bearer ${this.#session.jwt}`;
    if (body) headers['Content-Type'] = 'application/json';
    let response;
    let answer;
    try {
      response = await fetch(this.#url + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        cache: 'no-store',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      answer = await response.json();
    } catch (error) {
      if (!response || response.ok) throw new Unreachable(error.message);
    }
    this.#setClock(response.headers.get('Date'));
    const { status } = response;
    if (response.ok) return answer;
    if (status >= 500 || status === 408 || status === 429) throw new Unreachable(`The service answered ${status}.`);
    throw new Refused(status, answer?.message);
  }

  #setClock(text) {
    const time = Date.parse(text ?? '');
    if (!Number.isNaN(time)) this.#clockOffset = time - Date.now();
  }

  /** Waits, a little less than so long so that not all pages of a server come back at once. */
  pause(ms, signal) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms * (1 - Math.random() / 4));
      signal.addEventListener('abort', done);
      this.#wake = done;
    });
  }
}

/** The JSON events of a stream of server-sent events. Names and ids of events are not looked at: the API repeats them inside. */
async function* eventsOf(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      // A CR that is the last character yet may be the first half of a CRLF.
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      if (rest.length > LONGEST_LINE) throw new Error('a line without an end');
      for (const line of lines) {
        if (line.startsWith('data:')) {
          data.push(line.slice(line[5] === ' ' ? 6 : 5));
        } else if (line === '' && data.length > 0) {
          const text = data.join('\n');
          data = [];
          yield JSON.parse(text);
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// A browser may forbid storage: then the page works, and only a reload needs a new link.
function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function keep(key, session) {
  try {
    sessionStorage.setItem(key, JSON.stringify(session));
  } catch {}
}
