'use strict';

// What a call costs in Node: `measure.cjs MODULE SUBJECT IN_FLIGHT CALLS`; see src/main.rs.
//
// `MODULE` is `kernel-client`, `@onkernel/sdk`, which is the API's own and has the same names, or `undici`, an HTTP
// client with nothing around it; it is found from the working directory. The subjects are those of src/main.rs, and one
// more: `first` is the first login of a process, told as soon as it is there.
//
// It is no ES module, as loading one takes Node as long as loading a small package.

const { createRequire } = require('node:module');

function checkLogin({ hosted_url: url }) {
  if (!url.startsWith('http')) throw new Error(`no page to sign in at: ${url}`);
  return 1;
}

function checkPage({ length }) {
  if (length !== 100) throw new Error(`${length} connections`);
  return 1;
}

/** Each makes a call, and gives how many logins, pages or events it was. */
function subjectsOf({ default: Kernel }) {
  const { connections } = new Kernel().auth;
  return {
    login: async () => checkLogin(await connections.login('ma_login')),
    page: async () => checkPage((await connections.list({ limit: 100 })).items),
    async events() {
      let count = 0;
      for await (const event of await connections.follow('ma_login')) {
        if (event.event !== 'managed_auth_state') throw new Error('an event that is no state');
        count++;
      }
      return count;
    },
  };
}

/** The same request with the headers without which there is no answer. */
function bare({ request }) {
  const { KERNEL_API_KEY: key, KERNEL_BASE_URL: url } = process.env;
  const headers = { authorization: `Bearer ${key}`, accept: 'application/json', 'content-type': 'application/json' };
  return {
    async login() {
      const { body } = await request(`${url}/auth/connections/ma_login/login`, { method: 'POST', headers, body: '{}' });
      return checkLogin(await body.json());
    },
  };
}

/** Prints what one login, page or event took. */
function report(units, { user, system }, wall) {
  const { maxRSS } = process.resourceUsage();
  const each = { cpu_us: (user + system) / units, wall_us: (wall * 1000) / units };
  console.log(JSON.stringify({ ...each, units, peak_mb: (maxRSS * 1024) / 1e6 }));
}

async function all(call, inFlight, count) {
  async function worker(share) {
    let units = 0;
    for (let done = 0; done < share; done++) units += await call();
    return units;
  }
  const shares = Array.from({ length: inFlight }, (_, at) => Math.floor(count / inFlight) + (at < count % inFlight));
  const units = await Promise.all(shares.map(worker));
  return units.reduce((sum, each) => sum + each);
}

async function main(name, subject, inFlight, calls) {
  const loaded = createRequire(`${process.cwd()}/`)(name);
  const subjects = name === 'undici' ? bare(loaded) : subjectsOf(loaded);
  if (subject === 'first') {
    report(await subjects.login(), process.cpuUsage(), 0);
    return;
  }
  const call = subjects[subject];
  await all(call, inFlight, Math.max(Math.ceil(calls / 10), inFlight));
  const cpu = process.cpuUsage();
  const wall = performance.now();
  const units = await all(call, inFlight, calls);
  report(units, process.cpuUsage(cpu), performance.now() - wall);
}

const [name, subject, ...numbers] = process.argv.slice(2);
main(name, subject, ...numbers.map(Number));
