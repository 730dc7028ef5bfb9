// Runs tests/scenarios against this package; tests/README.md says what they mean.

import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import Kernel from 'kernel-client';
import { Actor, Raised, Stage } from './actor.mjs';
import { Verdict } from './expect.mjs';
import { simulator } from './simulator.mjs';

const AT_ONCE = 16;
const KEYS = 'about env world client with_options before session call repeat cancel expect static good'.split(' ');

const KINDS = {
  configuration: Kernel.ConfigurationError,
  invalid_argument: Kernel.InvalidArgumentError,
  connection: Kernel.APIConnectionError,
  timeout: Kernel.APIConnectionTimeoutError,
  bad_request: Kernel.BadRequestError,
  authentication: Kernel.AuthenticationError,
  permission_denied: Kernel.PermissionDeniedError,
  not_found: Kernel.NotFoundError,
  conflict: Kernel.ConflictError,
  unprocessable_entity: Kernel.UnprocessableEntityError,
  rate_limit: Kernel.RateLimitError,
  internal_server: Kernel.InternalServerError,
  api_status: Kernel.APIError,
  response_validation: Kernel.APIResponseValidationError,
  response_too_large: Kernel.APIResponseTooLargeError,
  login_failed: Kernel.LoginFailedError,
  handler: Raised,
};

async function run(scenario, verdict) {
  const unknown = Object.keys(scenario).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) throw new Error(`unknown key ${unknown}`);
  const text = JSON.stringify(scenario);
  const opened = [];
  const open = async (spec) => opened[opened.push(await simulated.openWorld(spec)) - 1];
  const variables = {};
  try {
    if (/\$\{refused\}/.test(text)) variables.refused = (await open({ listen: false })).baseURL;
    if (/\$\{other\}/.test(text)) variables.other = (await open()).baseURL;
    const world = await open(filled(scenario.world ?? {}, variables));
    Object.assign(variables, { base_url: world.baseURL, ca: world.ca });
    await attempt(filled(scenario, variables), world, verdict);
  } finally {
    for (const name of Object.keys(scenario.env ?? {})) delete process.env[name];
    await Promise.all(opened.map((world) => world.close()));
  }
}

async function attempt({ env, expect, ...scenario }, world, verdict) {
  Object.assign(process.env, env);
  const actor = new Actor(scenario, world);
  const { seen } = actor;
  let before;
  try {
    await actor.act((part, answers) => {
      before = answers;
      return filled(part, { before });
    });
  } catch (error) {
    seen.error = error;
    seen.shown.push(error);
  }
  const { error } = seen;
  if (error instanceof Stage || (error && !expect.error && !expect.cancelled)) throw error;
  for (const [what, expected] of Object.entries(filled(expect, { before }))) {
    if (!(what in CHECKS)) throw new Error(`unknown expectation ${what}`);
    await CHECKS[what](expected, actor, verdict);
  }
}

/** Texts with `${name}` and `${name.field}` replaced by what is known. */
function filled(part, variables) {
  const value = (as, path) => {
    const found = path.split('.').reduce((within, name) => within?.[name], variables);
    return found === undefined ? as : found;
  };
  return JSON.parse(JSON.stringify(part), (_, text) =>
    typeof text === 'string' ? text.replace(/\$\{([\w.]+)\}/g, value) : text,
  );
}

const CHECKS = {
  result: (expected, { seen }, verdict) => verdict.that('result', expected, seen.result),
  items(expected, { seen }, verdict) {
    if (!seen.ended && !seen.error) verdict.fail('items', 'an end', 'none');
    verdict.that('items', expected, seen.items);
  },
  login(expected, { seen: { logins } }, verdict) {
    if (expected.$absent) verdict.that('logins', [], logins);
    else verdict.that('logins', [expected], logins);
  },
  inputs: (expected, { seen }, verdict) => verdict.that('inputs', expected, seen.inputs),
  response(expected, { seen }, verdict) {
    const { response, requestID, retriesTaken } = seen.response;
    const actual = { status: response.status, request_id: requestID, retries_taken: retriesTaken };
    verdict.that('response', withoutCase(expected), { ...actual, headers: Object.fromEntries(response.headers) });
  },
  error(expected, { seen: { error } }, verdict) {
    if (!error) return verdict.fail('error', expected, 'an answer');
    const { kind, text, message_contains, reason_contains, raw_body_contains, ...facts } = expected;
    if (error.constructor !== KINDS[kind]) throw error;
    if (kind !== 'handler') verdict.that('name', KINDS[kind].name, error.name);
    for (const part of message_contains ?? []) verdict.that('message', { $contains: part }, error.message);
    for (const part of reason_contains ?? []) verdict.that('reason', { $contains: part }, error.reason);
    if (raw_body_contains) verdict.that('raw body', { $contains: raw_body_contains }, error.rawBody);
    if (text?.node !== undefined) verdict.that('text', text.node, error.message);
    const { status, code, details, inner_error, existing_id, website_error, flow_status, argument } = error;
    const actual = { status, code, details, inner_error, existing_id, website_error, flow_status, argument };
    Object.assign(actual, { request_id: error.requestID, retries_taken: error.retriesTaken });
    for (const name in facts) if (name !== 'headers' && !(name in actual)) throw new Error(`unknown fact ${name}`);
    verdict.that('error', withoutCase(facts), { ...actual, headers: Object.fromEntries(error.headers ?? []) });
  },
  cancelled(_, { seen: { error } }, verdict) {
    if (!(error instanceof Kernel.APIUserAbortError)) verdict.fail('cancelled', 'APIUserAbortError', String(error));
  },
  client(expected, { client }, verdict) {
    const { baseURL, maxRetries, timeout } = client;
    verdict.that('client', expected, {
      base_url: baseURL,
      max_retries: maxRetries,
      timeout: timeout && timeout / 1000,
    });
  },
  async requests(expected, { world }, verdict) {
    const { requests } = await world.state(`wait_requests=${expected.length}`);
    const actual = requests.map(({ headers, body, ...request }) => {
      const joined = {};
      for (const [name, value] of headers) joined[name] = name in joined ? `${joined[name]}, ${value}` : value;
      return { ...request, headers: joined, body_text: body, body: parsed(body) };
    });
    if (actual.length !== expected.length) return verdict.fail('requests', expected, actual);
    expected.forEach((request, index) => {
      verdict.that(`request ${index}`, request, actual[index]);
      const fields = (body) => Object.keys(body).sort();
      if (request.body) verdict.that('fields of the body', fields(request.body), fields(actual[index].body));
    });
  },
  async connections(expected, { world }, verdict) {
    verdict.that('connections', expected, (await world.state()).connections_total);
  },
  async aborted(expected, { world }, verdict) {
    const { requests } = await world.state(`wait_aborted=${expected}`);
    verdict.that('aborted', expected, requests.filter((request) => request.aborted).length);
  },
  never_printed(texts, { seen: { shown } }, verdict) {
    for (const value of shown) {
      const prints = [String(value), inspect(value, { depth: null, showHidden: true })];
      // Of an answer, JSON is not a print but what it is for.
      if (!isPlain(value)) prints.push(JSON.stringify(value), value?.stack);
      for (const text of texts)
        if (prints.some((print) => print?.includes(text))) verdict.fail('print', `no ${text}`, prints);
    }
  },
};

const isPlain = (value) =>
  value?.constructor === Object || value instanceof Kernel.OffsetPagination || value instanceof Kernel.LoginReturn;

const withoutCase = ({ headers, ...rest }) =>
  headers
    ? { ...rest, headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v])) }
    : rest;

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const simulated = await simulator();
const folder = process.env.KERNEL_SCENARIOS ?? fileURLToPath(new URL('../../tests/scenarios', import.meta.url));
const results = process.env.KERNEL_RESULTS;
for (const name of Object.keys(process.env)) if (/^KERNEL_|_proxy$/i.test(name)) delete process.env[name];

const tally = { passed: 0, failed: 0 };

async function judge([scenario, content]) {
  const verdict = new Verdict();
  const started = performance.now();
  await run(content, verdict).catch((error) => verdict.failures.push(inspect(error)));
  const note = verdict.failures.join('\n  ');
  const ok = note === '';
  tally[ok ? 'passed' : 'failed'] += 1;
  if (!ok) console.log(`${scenario}: ${content.about}\n  ${note}`);
  const ms = Math.round(performance.now() - started);
  if (results) appendFileSync(results, `${JSON.stringify({ scenario, language: 'node', ok, note, ms })}\n`);
}

const all = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file.includes(process.argv[2] ?? ''))
  .map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(folder, file), 'utf8'))]);
// The environment is one for all, and a short limit may pass while others keep the machine busy: such scenarios run alone.
const alone = ({ env, client, with_options, call }) =>
  env || JSON.stringify([client, with_options, call]).includes('timeout');
for (const scenario of all.filter(([, content]) => alone(content))) await judge(scenario);
const rest = all.filter(([, content]) => !alone(content));
const worker = async () => {
  for (let next = rest.pop(); next; next = rest.pop()) await judge(next);
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
console.log(`${tally.passed} passed, ${tally.failed} failed`);
// A call that did not end would hold the process up.
process.exit(tally.failed > 0 ? 1 : 0);
