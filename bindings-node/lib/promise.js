'use strict';

/** What a call returns: a promise of the decoded answer that can also give the HTTP response. */
class APIPromise extends Promise {
  #answer;

  // What `then` makes of it is an ordinary promise.
  static get [Symbol.species]() {
    return Promise;
  }

  static of(answering) {
    // Resolved with a promise, not by hand: so the engine can follow an error's stack to the line that awaits this one.
    const promise = new this((resolve) => {
      resolve(
        answering.then((answer) => {
          promise.#answer = answer;
          return answer.data;
        }),
      );
    });
    return promise;
  }

  asResponse() {
    return this.then(() => this.#answer.details.response);
  }

  withResponse() {
    return this.then((data) => ({ data, ...this.#answer.details }));
  }
}

module.exports = { APIPromise };
