'use strict';

// An answer whose body is read as its caller likes.

const { follow } = require('./follow');

/** The body of a native answer, as `fetch` gives it. `run` runs native calls. */
function bodyOf(native, run, signal) {
  const stop = new AbortController();
  const unfollow = signal ? follow(signal, stop) : () => {};
  const end = () => {
    unfollow();
    native.close();
  };
  let whole;
  const body = new ReadableStream(
    {
      type: 'bytes',
      async pull(sink) {
        try {
          const piece = whole ?? (await run(stop.signal, (number) => native.next(number))).handle;
          whole &&= new Uint8Array();
          if (piece?.length > 0) return sink.enqueue(piece);
        } catch (error) {
          end();
          throw error;
        }
        end();
        sink.close();
        // Who waits with a buffer of its own is told as well.
        sink.byobRequest?.respond(0);
      },
      cancel() {
        stop.abort();
        end();
      },
    },
    { highWaterMark: 0 },
  );
  return {
    body,
    /** The body was decoded, and can be read all the same. */
    decoded(text) {
      // Of its own memory: a stream of bytes takes that over.
      whole = new TextEncoder().encode(text);
      end();
    },
  };
}

module.exports = { bodyOf };
