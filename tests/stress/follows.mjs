// Follows logins, all at once, and prints the states that it is given: `follows.mjs MODULE`; see README.md.

import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { default: Kernel } = await import(pathToFileURL(process.argv[2]));

async function follow(client, connection) {
  for await (const event of await client.auth.connections.follow(connection)) {
    if (event.event !== 'managed_auth_state') continue;
    const { flow_status, flow_step, external_action_message } = event;
    console.log(JSON.stringify({ connection, flow_status, flow_step, external_action_message }));
  }
}

console.log('ready');
for await (const order of createInterface({ input: process.stdin })) {
  const { base_url, connections } = JSON.parse(order);
  const client = new Kernel({ baseURL: base_url });
  await Promise.all(connections.map((connection) => follow(client, connection)));
  console.log('done');
}
