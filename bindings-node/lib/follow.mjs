// Signals that live longer than what they stop.

// What nobody has any more is collected although its caller's signal lives on; then its listener goes, too.
const forgotten = new FinalizationRegistry(({ signal, abort }) => signal.removeEventListener('abort', abort));

/** Aborts `controller` when `signal` is, without holding it. Returns what ends that. */
export function follow(signal, controller) {
  const abort = aborting(new WeakRef(controller), signal);
  signal.addEventListener('abort', abort, { once: true });
  forgotten.register(controller, { signal, abort }, controller);
  return () => {
    signal.removeEventListener('abort', abort);
    forgotten.unregister(controller);
  };
}

// By itself: a function holds everything that any function beside it uses.
function aborting(controller, signal) {
  return () => controller.deref()?.abort(signal.reason);
}
