// What copies of this package share that have the same native library, as after Jest has reset its registry: the library
// knows calls and plugins by number, and rings for one of them.

import native from './native.mjs';

native.shared ??= {
  /** Who waits for replies, by the number of the call, and the numbers that no call has. Few are used, again and again. */
  waiting: [],
  free: [],
  /** The number of the latest plugins, those there are, calls that may need some, and requests they send. */
  plugins: 0,
  known: new Map(),
  calls: new Map(),
  exchanges: new Map(),
  /** What is done before replies are given, once there are plugins. */
  doErrands: undefined,
};

export default native.shared;
