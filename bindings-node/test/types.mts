// Must compile as it stands: what is accepted, and by `@ts-expect-error` what is not.

import Kernel, {
  APIError,
  type APIPromise,
  type ConnectionLoginParams,
  type FlowType,
  hostedLoginURL,
  LoginFailedError,
  type LoginResponse,
  LoginReturn,
  type ManagedAuth,
  ManagedAuthSession,
  type Kernel as Named,
  NotFoundError,
  OffsetPagination,
  type Stream,
} from 'kernel-client';

const client = new Kernel({
  apiKey: 'sk_test',
  baseURL: null,
  timeout: 20_000,
  defaultHeaders: new Headers({ 'x-team': 'growth' }),
  defaultQuery: { tag: undefined },
});
const same: Named = client.withOptions({ maxRetries: 0, defaultHeaders: [['x-team', null]] });

// What a program brings along.
const plugged = new Kernel({ fetch, fetchOptions: { keepalive: true }, logger: console });
plugged.withOptions({ fetch: async (url, { headers, method }) => new Response(`${url}${headers.get('a')}${method}`) });
plugged.withOptions({ fetch: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: null }) });
plugged.timeout = plugged.maxRetries = 5;
plugged.baseURL = plugged.buildURL('/x', null, 'https://api.test.invalid');
plugged.logLevel = 'debug';
plugged.logger?.debug(plugged.apiKey);
// @ts-expect-error: an answer has a status
new Kernel({ fetch: async () => 'text' });
// @ts-expect-error: the headers are the client's
new Kernel({ fetchOptions: { headers: {} } });
// @ts-expect-error: a level of the log
plugged.logLevel = 'loud';

// A set of texts is completed by the editor and stays open for what the API adds.
const known: FlowType = 'LOGIN';
const added: FlowType = 'PASSKEY';
// @ts-expect-error: a number is no text
const wrong: FlowType = 5;
const text: string = added;

export async function login(params: ConnectionLoginParams): Promise<LoginResponse> {
  const pending: APIPromise<LoginResponse> = same.auth.connections.login('ma_1', params, {
    signal: AbortSignal.timeout(1000),
    headers: { 'x-trace': '1', authorization: null },
    maxRetries: 1,
  });
  const { data, response } = await pending.withResponse();
  const expires: string = data.flow_expires_at;
  const view: string | undefined = data.live_view_url;
  const status: number = response.status;
  // @ts-expect-error: only the API's fields
  data.hostedUrl;
  return (await pending.asResponse()).ok ? data : Promise.reject([expires, view, status]);
}

// Paths that have no method.
const browser: { session_id: string } = await client.get<{ session_id: string }>('/browsers/br_1', { query: { a: 1 } });
const anything: unknown = await client.post('/browsers', Promise.resolve({ body: { headless: true } }));
await client.request({ method: 'put', path: '/x', body: new Uint8Array(1), headers: { 'content-type': 'text/plain' } });
for await (const { id } of client.getAPIList<{ id: string }>('/browsers', OffsetPagination)) id.toUpperCase();
const events: Stream<{ event: string }> = await client.get('/x/events', { stream: true });
const built: string = client.buildURL('/x', { a: [browser, anything, events] });
const { req, timeout } = await client.buildRequest({ path: built }, { retryCount: 1 });
await fetch(built, { ...req, signal: AbortSignal.timeout(timeout ?? 1000) });
// @ts-expect-error: a request has a path
await client.request({ method: 'get' });
// @ts-expect-error: an option that a call does not have
await client.get('/x', { params: {} });

await client.auth.connections.login('ma_1');
await client.auth.connections.login('ma_1', null, null);
await client.auth.connections.login('ma_1', { browser_telemetry: null, skill_mode: 'someday' });
await client.auth.connections.login('ma_1', {
  browser: { region: 'us-east', proxy: { mode: 'direct' }, telemetry: null },
});
// @ts-expect-error: an id is a text
await client.auth.connections.login(5);
// @ts-expect-error: a misspelt parameter
await client.auth.connections.login('ma_1', { recordSession: true });
// @ts-expect-error: a parameter of the wrong type
await client.auth.connections.login('ma_1', { record_session: 'yes' });
// @ts-expect-error: only nullable parameters take null
await client.auth.connections.login('ma_1', { record_session: null });
// @ts-expect-error: an unknown option
await client.auth.connections.login('ma_1', {}, { retries: 1 });
// @ts-expect-error: an unknown environment
new Kernel({ environment: 'staging' });

const { connections, context } = client.auth;
const made: ManagedAuth = await connections.create({ domain: 'example.com', profile_name: 'shop' });
// @ts-expect-error: a domain is needed
await connections.create({ profile_name: 'shop' });
// @ts-expect-error: so are parameters
await connections.create();
const step: string | null | undefined = made.flow_step;
await connections.retrieve('ma_1', { timeout: 1000 });
// @ts-expect-error: there are no parameters
await connections.retrieve('ma_1', {}, {});
await connections.update('ma_1', { login_url: '', proxy: null, health_check_interval: 300 });
await connections.submit('ma_1', { field_values: { field_1: 'text' }, interaction_id: 'i' });
// @ts-expect-error: values are texts
await connections.submit('ma_1', { field_values: { field_1: 5 } });
// biome-ignore lint/suspicious/noConfusingVoidType: what the official types say
const nothing: void = await connections.delete('ma_1');
const key: string = (await context.retrieve()).principal.id;

export async function lists(): Promise<string[]> {
  const ids: string[] = [];
  for await (const connection of connections.list({ domain: 'example.com', limit: 5 })) ids.push(connection.id);
  const page: OffsetPagination<ManagedAuth> = await connections.list();
  const more: boolean | null = page.has_more;
  for await (const each of page.iterPages()) ids.push(...each.getPaginatedItems().map(({ id }) => id));
  if (more && page.hasNextPage()) ids.push((await page.getNextPage()).items[0]?.id ?? '');
  for await (const event of connections.timeline('ma_1', { type: 'login' })) ids.push(event.status);
  // @ts-expect-error: the limit is a number
  connections.list({ limit: '5' });
  return ids;
}

export async function follows(signal: AbortSignal): Promise<string | undefined> {
  await using stream: Stream<Kernel.Auth.ConnectionFollowResponse> = await connections.follow('ma_1', {
    signal,
    reconnect: false,
    idleTimeout: null,
  });
  for await (const event of stream) {
    // The field `event` tells them apart.
    if (event.event === 'managed_auth_state') return event.fields?.[0]?.label ?? event.flow_status;
    if (event.event === 'error') return event.error.message;
    const beat: 'sse_heartbeat' = event.event;
    // @ts-expect-error: a heartbeat says nothing but when
    beat.flow_status;
  }
  stream.controller.abort();
  const [left, right] = stream.tee();
  return left === right ? undefined : key;
}

export async function waits(signal: AbortSignal): Promise<ManagedAuth | string | undefined> {
  try {
    await connections.loginAndWait('ma_1');
    await connections.loginAndWait('ma_1', null, { onInput() {} });
    await connections.loginAndWait('ma_1', {}, { onInput: async () => null, onLogin: async () => {} });
    // @ts-expect-error: nonsense is no answer
    await connections.loginAndWait('ma_1', {}, { onInput: () => 'secret' });
    return await connections.loginAndWait(
      'ma_1',
      { record_session: true },
      {
        signal,
        waitTimeout: 60_000,
        onLogin: ({ hosted_url }) => console.log(hosted_url),
        async onInput({ fields, choices, step }, { signal }) {
          signal.throwIfAborted();
          if (step === 'AWAITING_EXTERNAL_ACTION') return undefined;
          const [choice] = choices;
          if (choice) return { selected_choice_id: choice.id };
          return { field_values: Object.fromEntries(fields.map(({ id }) => [id, 'value'])) };
        },
      },
    );
  } catch (error) {
    if (error instanceof LoginFailedError) return error.code ?? error.website_error ?? error.flow_status;
    if (error instanceof Kernel.ConflictError) return error.existing_id;
    throw error;
  }
}

const session: ManagedAuthSession = await ManagedAuthSession.exchange('ma_1', 'code', { baseURL: null });
const same_: ManagedAuthSession = await connections.exchange('ma_1', 'code');
await session.submit({ selected_choice_id: 'choice' });
await session.waitForLogin();
const ended: ManagedAuth = await session.waitForLogin({
  signal: AbortSignal.timeout(1000),
  waitTimeout: null,
  onInput: ({ fields }) => ({ field_values: Object.fromEntries(fields.map(({ id }) => [id, 'value'])) }),
});
// @ts-expect-error: nobody is told of a login that runs already
await session.waitForLogin({ onLogin() {} });
// @ts-expect-error: nor has its start a body
await session.waitForLogin({ extraBody: {} });
const state: ManagedAuth = await same_.retrieve();
// @ts-expect-error: a session cannot delete
session.delete;
// @ts-expect-error: a session comes from an exchange
new ManagedAuthSession();
const url: string = hostedLoginURL('https://h', { success_url: 'app://done' });
const { succeeded, code }: LoginReturn = LoginReturn.parse(url);

// The names of the official package.
export type Official = [
  Kernel.Auth.ManagedAuth.Field,
  Kernel.Auth.ManagedAuthCreateRequest.Credential,
  Kernel.Auth.Connections.ConnectionUpdateParams.Proxy,
  Kernel.Auth.ConnectionFollowResponse.ManagedAuthStateEvent.Choice,
  Kernel.Auth.ManagedAuthsOffsetPagination,
  Kernel.Auth.ManagedAuthTimelineEventsOffsetPagination,
  Kernel.Auth.SubmitFieldsRequest,
  Kernel.HeartbeatEvent,
  Kernel.OffsetPagination<string>,
];

export const rest: unknown[] = [step, nothing, session.id, ended, state, succeeded, code];

export function explain(error: unknown): string | undefined {
  if (error instanceof NotFoundError) {
    const status: 404 = error.status;
    return `${status} ${error.code} ${error.headers.get('date')} ${error.rawBody}`;
  }
  if (error instanceof Kernel.APIConnectionError) return error.reason;
  if (error instanceof APIError) return error.requestID ?? String(error.status);
  const argument: Kernel.InvalidArgumentError | undefined =
    error instanceof Kernel.InvalidArgumentError ? error : undefined;
  return argument?.argument ?? (known || text || wrong).toString();
}
