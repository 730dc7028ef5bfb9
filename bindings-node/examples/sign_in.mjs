// Makes a connection and signs it in. What the login wants to know is asked here, and answered by a line each; with
// --page the person signs in at the hosted page instead. KERNEL_API_KEY holds the key.
//
//   node sign_in.mjs example.com alice

import { createInterface } from 'node:readline';
import Kernel, { APIError, LoginFailedError } from 'kernel-client';

const onPage = process.argv.includes('--page');
const [domain = 'example.com', profile = 'alice'] = process.argv.slice(2).filter((word) => word !== '--page');
const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();

async function ask(question) {
  console.log(`asked: ${question}`);
  const { value } = await lines.next();
  return value ?? '';
}

/** Asks for the fields, or else for a choice. */
async function answer(request) {
  if (request.website_error) console.log(`the site says: ${request.website_error}`);
  if (request.external_action_message) {
    console.log(`to do: ${request.external_action_message}`);
    return undefined;
  }
  if (request.fields.length > 0) {
    const values = {};
    for (const field of request.fields) values[field.id] = await ask(field.label ?? field.ref);
    return { field_values: values };
  }
  for (const choice of request.choices) console.log(`${choice.id}: ${choice.label}`);
  return { selected_choice_id: await ask('Which?') };
}

try {
  const { connections } = new Kernel().auth;
  const created = await connections.create({ domain, profile_name: profile });
  console.log(`connection: ${created.id}`);
  const handlers = { onLogin: (login) => console.log(`page: ${login.hosted_url}`) };
  if (!onPage) handlers.onInput = answer;
  const connection = await connections.loginAndWait(created.id, {}, handlers);
  console.log(`status: ${connection.status}`);
  console.log(`arrived at: ${connection.post_login_url}`);
} catch (error) {
  if (!(error instanceof APIError || error instanceof LoginFailedError)) throw error;
  console.error(error);
  process.exitCode = 1;
} finally {
  input.close();
}
