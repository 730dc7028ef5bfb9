'use strict';

// What users' programs do: a login, followed to its end, a call that is called off, and one that is refused.

module.exports = async function calls(Kernel) {
  const { connections } = new Kernel({ timeout: 10_000, maxRetries: 0 }).auth;
  const { id } = await connections.login('ma_1');
  let ended;
  for await (const event of await connections.follow('ma_1')) ended = event.flow_status;
  const stop = new AbortController();
  const call = connections.retrieve('ma_1', { signal: stop.signal });
  setTimeout(() => stop.abort('enough'), 100);
  const began = Date.now();
  const aborted = await call.catch((error) => error instanceof Kernel.APIUserAbortError && error.cause);
  const atOnce = Date.now() - began < 5_000;
  const refused = await connections.login('nobody').catch((error) => error instanceof Kernel.NotFoundError);
  return JSON.stringify({ id, ended, aborted, atOnce, refused });
};
