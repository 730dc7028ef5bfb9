// The address that the suite's cases on resources talk to. Each request finds a world of the simulator of its own, in which the
// connection `id` is as that request needs it.

import { createServer } from 'node:http';

const WORLDS = `${process.env.KERNEL_SIMULATOR}/_simulator/worlds`;

/** The cases give values that the API refuses together, such as a proxy by id and by name, for the sake of their types. */
const TYPES_ONLY = ['browser', 'browser_telemetry', 'credential', 'proxy'];

/** What waits for a person while these are asked for. */
const RUNNING = ['/submit', '/events'];

function world(path) {
  return {
    api_keys: ['My API Key'],
    connections: [
      { id: 'id', script: 'mfa_choice', ...(RUNNING.some((end) => path.endsWith(end)) && { flow: 'running' }) },
    ],
    // What is submitted there fits no form.
    faults: [{ on: 'submit', status: 200, body: { accepted: true } }],
  };
}

async function forward(request, response) {
  const opened = await fetch(WORLDS, { method: 'POST', body: JSON.stringify(world(request.url)) });
  const { id, base_url } = await opened.json();
  let body = '';
  for await (const piece of request) body += piece;
  if (body) {
    const fields = JSON.parse(body);
    for (const name of TYPES_ONLY) delete fields[name];
    body = JSON.stringify(fields);
  }
  const { authorization = '', 'content-type': type = '' } = request.headers;
  const answer = await fetch(base_url + request.url, {
    method: request.method,
    headers: { authorization, 'content-type': type },
    body: body || undefined,
  });
  response.writeHead(answer.status, [...answer.headers].filter(([name]) => name !== 'content-length').flat());
  response.on('close', () => fetch(`${WORLDS}/${id}`, { method: 'DELETE' }));
  // Events come as they come; they break off where their reader goes.
  for await (const piece of answer.body ?? []) if (response.writable) response.write(piece);
  response.end();
}

/** Started before the cases and stopped after them, as jest has it. */
export default async function start() {
  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const name of Object.keys(process.env)) if (/^KERNEL_(?!SIMULATOR)/.test(name)) delete process.env[name];
  process.env.TEST_API_BASE_URL = `http://127.0.0.1:${server.address().port}`;
  globalThis.stopGateway = () => server.close() && server.closeAllConnections();
}
