// Replies of native calls. The client's threads put them down, with what else they want, and ring; here all of it is taken at
// once.

import native from './native.mjs';
import shared from './shared.mjs';

/** A number for a call, its own until it is given back. */
export function callNumber() {
  return shared.free.pop() ?? shared.waiting.push(undefined) - 1;
}

/** The call is over, for JavaScript too. */
export function giveBack(number) {
  shared.free.push(number);
}

/** The promise of the reply to the call that `begin` begins. */
export function replyTo(number, begin) {
  serve();
  return new Promise((resolve) => {
    begin();
    shared.waiting[number] = resolve;
  });
}

/** Has errands done as well, before replies are given: some of them belong to those. */
export function withErrands(doErrands) {
  shared.doErrands = doErrands;
  serve();
}

let isServed = false;

/** The latest copy of this package serves all of them: those before it may have lost what is around them. */
function serve() {
  if (isServed) return;
  isServed = true;
  native.serve(take);
}

function take() {
  const replies = native.replies();
  try {
    shared.doErrands?.();
  } finally {
    for (let at = 0; at < replies.length; at += 2) {
      const number = replies[at];
      const resolve = shared.waiting[number];
      shared.waiting[number] = undefined;
      resolve?.(replies[at + 1]);
    }
  }
}
