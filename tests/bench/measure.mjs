// What a call costs in Node: `measure.mjs MODULE login|page|events IN_FLIGHT CALLS`; see src/main.rs.

import { pathToFileURL } from 'node:url';

const [module, subject, ...numbers] = process.argv.slice(2);
const [inFlight, calls] = numbers.map(Number);
const { default: Kernel } = await import(pathToFileURL(module));
const { connections } = new Kernel().auth;

/** Each makes a call, and gives how many logins, pages or events it was. */
const call = {
  async login() {
    const login = await connections.login('ma_login');
    if (!login.hosted_url.startsWith('http')) throw new Error('no page to sign in at');
    return 1;
  },
  async page() {
    const page = await connections.list({ limit: 100 });
    if (page.items.length !== 100) throw new Error(`${page.items.length} connections`);
    return 1;
  },
  async events() {
    let count = 0;
    for await (const event of await connections.follow('ma_login')) {
      if (event.event !== 'managed_auth_state') throw new Error('an event that is no state');
      count++;
    }
    return count;
  },
}[subject];

async function worker(count) {
  let units = 0;
  for (let done = 0; done < count; done++) units += await call();
  return units;
}

async function all(count) {
  const shares = Array.from({ length: inFlight }, (_, at) => Math.floor(count / inFlight) + (at < count % inFlight));
  const units = await Promise.all(shares.map(worker));
  return units.reduce((sum, each) => sum + each);
}

await all(Math.max(Math.ceil(calls / 10), inFlight));
const cpu = process.cpuUsage();
const wall = performance.now();
const units = await all(calls);
const { user, system } = process.cpuUsage(cpu);
const took = performance.now() - wall;
console.log(JSON.stringify({ cpu_us: (user + system) / units, wall_us: (took * 1000) / units, units }));
