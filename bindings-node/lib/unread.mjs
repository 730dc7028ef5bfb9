// The body of an answer, read as its caller likes.

import { follow } from './follow.mjs';

/** A native body as `fetch` gives one. `run` runs native calls, `aborted` makes the error of a signal. */
export class Body {
  #native;
  #run;
  /** Ends the reading: for the caller's signal, or for the stream's reader. */
  #stop = new AbortController();
  /** Lets go of the caller's signal. */
  unfollow = () => {};
  #decoding;

  constructor(native, { run, aborted }, signal) {
    this.#native = native;
    this.#run = run;
    if (signal) this.unfollow = follow(signal, this.#stop);
    if (signal?.aborted) this.#stop.abort(signal.reason);
    const start = (sink) => {
      const abort = () => {
        this.close();
        if (signal?.aborted) sink.error(aborted(signal));
      };
      if (this.#stop.signal.aborted) abort();
      else this.#stop.signal.addEventListener('abort', abort, { once: true });
    };
    const source = { type: 'bytes', start, pull: (sink) => this.#pull(sink), cancel: () => this.#stop.abort() };
    this.stream = new ReadableStream(source, { highWaterMark: 0 });
  }

  async #pull(sink) {
    // What is decoded can be read afterwards.
    await this.#decoding?.catch(() => {});
    let piece;
    try {
      piece = (await this.#run(this.#stop.signal, this.#native, 'next')).handle;
    } finally {
      if (!piece) this.close();
    }
    if (piece) return sink.enqueue(piece);
    sink.close();
    // Who waits with a buffer of its own is told as well.
    sink.byobRequest?.respond(0);
  }

  /** The answer as what it is. */
  decoded() {
    this.#decoding = this.#run(this.#stop.signal, this.#native, 'finish');
    return this.#decoding.finally(() => this.unfollow());
  }

  close() {
    this.unfollow();
    this.#native.close();
  }
}
