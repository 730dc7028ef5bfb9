/** What a call returns: a promise of the decoded answer that can also give the HTTP response. */
export class APIPromise extends Promise {
  #answer;
  /** The answer for a caller who asked for the response before the call began: its body is left unread. */
  #unread;
  #isBegun = false;
  /** Whether somebody waits for the decoded answer, and what tells a call that left it unread. */
  #isWanted = false;
  #want = () => {};

  // What `then` makes of it is an ordinary promise.
  static get [Symbol.species]() {
    return Promise;
  }

  /** The promise of what `start` gives; it is told whether the body is to be left unread. */
  static of(start) {
    let resolve;
    const promise = new this((resolved) => {
      resolve = resolved;
    });
    // With a promise, not by hand: so the engine can follow an error's stack to the line that awaits this one.
    resolve(promise.#run(start));
    return promise;
  }

  async #run(start) {
    // By then it is known whether the caller wants the response alone.
    await null;
    this.#isBegun = true;
    const isUnread = this.#unread !== undefined && !this.#isWanted;
    const answering = begun(start, isUnread);
    this.#unread?.resolve(answering);
    if (isUnread) {
      await new Promise((resolve) => {
        this.#want = resolve;
        if (this.#isWanted) resolve();
      });
    }
    this.#answer = await answering;
    return this.#answer.data;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise has one, and by it somebody says to be waiting
  then(fulfilled, rejected) {
    this.#isWanted = true;
    this.#want();
    return super.then(fulfilled, rejected);
  }

  asResponse() {
    if (this.#unread === undefined) {
      if (this.#isBegun || this.#isWanted) return this.then(() => this.#answer.details.response);
      this.#unread = {};
      this.#unread.answer = new Promise((resolve) => {
        this.#unread.resolve = resolve;
      });
    }
    return this.#unread.answer.then((answer) => answer.details.response);
  }

  withResponse() {
    return this.then((data) => ({ data, ...this.#answer.details }));
  }
}

/** The promise of what `start` gives, also where it throws. */
function begun(start, isUnread) {
  try {
    return start(isUnread);
  } catch (error) {
    return Promise.reject(error);
  }
}
