'use strict';

// Replies of native calls. The client's threads put them down, with what else they want, and ring; here all of it is taken at
// once.

const native = require('./native');

/** Who waits, by the number of the call. */
const waiting = new Map();

let isServed = false;
/** What is done before replies are given: there may be errands that belong to them. */
let before = () => {};

/** The promise of the reply to the call that `begin` begins. */
function replyTo(number, begin) {
  serve();
  return new Promise((resolve) => {
    begin();
    waiting.set(number, resolve);
  });
}

/** Has errands done as well. */
function withErrands(doErrands) {
  before = doErrands;
  serve();
}

function serve() {
  if (isServed) return;
  isServed = true;
  native.serve(take);
}

function take() {
  const replies = native.replies();
  before();
  for (let at = 0; at < replies.length; at += 2) {
    const number = replies[at];
    const resolve = waiting.get(number);
    waiting.delete(number);
    resolve?.(replies[at + 1]);
  }
}

module.exports = { replyTo, withErrands };
