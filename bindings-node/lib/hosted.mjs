// The hosted page: where it sends the person, and what it says then.

import { named, read } from './call.mjs';
import native from './native.mjs';

/** A hosted URL with where to send the person afterwards. */
export function hostedLoginURL(url, targets) {
  return JSON.parse(read(native.hostedLoginUrl(...named({ url, targets: targets ?? {} }))).body);
}

/** What the hosted page said when it sent the person back. */
export class LoginReturn {
  constructor(said) {
    Object.assign(this, said);
  }

  static parse(url) {
    return new this(JSON.parse(read(native.loginReturn(...named({ url }))).body));
  }
}
