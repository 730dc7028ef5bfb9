// What a login costs in Node: `logins.mjs MODULE IN_FLIGHT CALLS`; see src/main.rs.

import { pathToFileURL } from 'node:url';

const [module, ...numbers] = process.argv.slice(2);
const [inFlight, calls] = numbers.map(Number);
const { default: Kernel } = await import(pathToFileURL(module));
const client = new Kernel();

async function worker(count) {
  for (let done = 0; done < count; done++) {
    const login = await client.auth.connections.login('ma_login');
    if (!login.hosted_url.startsWith('http')) throw new Error(`no page to sign in at: ${login.hosted_url}`);
  }
}

async function logins(count) {
  const shares = Array.from({ length: inFlight }, (_, at) => Math.floor(count / inFlight) + (at < count % inFlight));
  await Promise.all(shares.map(worker));
}

await logins(Math.max(Math.ceil(calls / 10), inFlight));
const cpu = process.cpuUsage();
const wall = performance.now();
await logins(calls);
const { user, system } = process.cpuUsage(cpu);
const took = performance.now() - wall;
console.log(JSON.stringify({ cpu_us: (user + system) / calls, wall_us: (took * 1000) / calls }));
