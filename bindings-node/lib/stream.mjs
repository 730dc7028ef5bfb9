// Events as they come.

import { aborted, call, run } from './call.mjs';
import { concealed } from './conceal.mjs';
import { KernelError } from './errors.mjs';
import { follow } from './follow.mjs';
import { APIPromise } from './promise.mjs';

/** Things that come one after another, to be iterated over once. */
export class Stream {
  #iterate;
  #consumed = false;

  constructor(iterate, controller) {
    this.#iterate = iterate;
    this.controller = controller;
  }

  [Symbol.asyncIterator]() {
    if (this.#consumed) {
      throw new KernelError('Cannot iterate over a consumed stream, use `.tee()` to split the stream.');
    }
    this.#consumed = true;
    return this.#iterate();
  }

  async [Symbol.asyncDispose]() {
    this.controller.abort();
  }

  /** Two streams of the same, each read at its own speed. */
  tee() {
    const source = this[Symbol.asyncIterator]();
    const queues = [[], []];
    return queues.map((queue) => {
      const next = () => {
        if (queue.length === 0) {
          const result = source.next();
          for (const each of queues) each.push(result);
        }
        return queue.shift();
      };
      return streamOf(() => iterator({ next }), this.controller);
    });
  }

  /** The same as bytes: a line of JSON each. */
  toReadableStream() {
    const source = this[Symbol.asyncIterator]();
    const encoder = new TextEncoder();
    return new ReadableStream({
      async pull(sink) {
        const { value, done } = await source.next();
        if (done) sink.close();
        else sink.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      },
      cancel: () => source.return?.(),
    });
  }

  /** What `toReadableStream` wrote. */
  static fromReadableStream(readable, controller) {
    return streamOf(() => parsedLines(readable, controller), controller);
  }
}

// By itself: a bundler renames a class that names itself.
const streamOf = (iterate, controller) => new Stream(iterate, controller);

async function* parsedLines(readable, controller) {
  let isOver = false;
  try {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of readable) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line) yield JSON.parse(line);
    }
    rest += decoder.decode();
    if (rest) yield JSON.parse(rest);
    isOver = true;
  } finally {
    if (!isOver) controller.abort();
  }
}

/** So many times at most what is ready is taken before others have a turn of Node's loop: some thousand events. */
const TURN = 16;

/** The one pass over the events of a native stream. */
class Events {
  #native;
  #controller;
  #signal;
  #isOver = false;
  #last = Promise.resolve();
  /** How many have been asked for and not been given. */
  #asked = 0;
  /** Events that are here already, and how many of them have been given. */
  #events = [];
  #given = 0;
  /** How often since others had their turn. */
  #taken = 0;
  #unfollow;

  constructor(native, controller, signal) {
    this.#native = native;
    this.#controller = controller;
    this.#signal = signal;
    this.#unfollow = signal ? follow(signal, controller) : () => {};
    controller.signal.addEventListener('abort', () => this.#close(), { once: true });
  }

  /** One after another, even if they are asked for all at once. */
  next() {
    if (this.#asked === 0 && this.#isHere()) return Promise.resolve(this.#give());
    this.#asked++;
    const next = this.#last.then(() => this.#pull()).finally(() => this.#asked--);
    this.#last = next.catch(() => {});
    return next;
  }

  /** Whether an event can be given without a wait; none of a stream that was stopped. */
  #isHere() {
    return this.#given < this.#events.length && !this.#isOver && !this.#controller.signal.aborted;
  }

  #give() {
    return { value: concealed(this.#events[this.#given++]), done: false };
  }

  async return(value) {
    if (!this.#isOver) this.#controller.abort();
    this.#isOver = true;
    return { value, done: true };
  }

  async #pull() {
    if (this.#isOver) return { value: undefined, done: true };
    if (this.#isHere()) return this.#give();
    try {
      this.#taken = (this.#taken + 1) % TURN;
      if (this.#taken === 0) await new Promise(setImmediate);
      const body = this.#native.ready() ?? (await run(this.#controller.signal, this.#native, 'next')).body;
      if (body !== '') {
        this.#events = JSON.parse(body);
        this.#given = 0;
        return this.#give();
      }
      this.#end();
    } catch (error) {
      this.#end();
      if (!this.#controller.signal.aborted) throw error;
      // The caller's signal is an error, the end of the loop and the stream's own controller are none.
      if (this.#signal?.aborted) throw aborted(this.#signal);
    }
    return { value: undefined, done: true };
  }

  #end() {
    this.#isOver = true;
    this.#close();
  }

  #close() {
    this.#unfollow();
    this.#native.close();
  }
}

function iterator(source) {
  return {
    next: () => source.next(),
    ...(source.return && { return: (value) => source.return(value) }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export const STREAM = {
  promise: APIPromise,
  made(native, _, signal) {
    const controller = new AbortController();
    const events = new Events(native, controller, signal);
    return streamOf(() => iterator(events), controller);
  },
};

/** Starts a call that gives a stream. */
export function stream(held, method, path, params, options) {
  return call(held, method, path, params, options, STREAM);
}
