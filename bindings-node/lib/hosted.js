'use strict';

// The hosted page: where it sends the person, and what it says then.

const { named, read } = require('./call');
const native = require('./native');

/** A hosted URL with where to send the person afterwards. */
function hostedLoginURL(url, targets) {
  return JSON.parse(read(native.hostedLoginUrl(...named({ url, targets: targets ?? {} }))).body);
}

/** What the hosted page said when it sent the person back. */
class LoginReturn {
  constructor(said) {
    Object.assign(this, said);
  }

  static parse(url) {
    return new LoginReturn(JSON.parse(read(native.loginReturn(...named({ url }))).body));
  }
}

module.exports = { LoginReturn, hostedLoginURL };
