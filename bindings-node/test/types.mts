// Must compile as it stands: what is accepted, and by `@ts-expect-error` what is not.

import Kernel, {
  APIError,
  type APIPromise,
  type ConnectionLoginParams,
  type FlowType,
  type LoginResponse,
  type Kernel as Named,
  NotFoundError,
} from 'kernel-client';

const client = new Kernel({
  apiKey: 'sk_test',
  baseURL: null,
  timeout: 20_000,
  defaultHeaders: new Headers({ 'x-team': 'growth' }),
  defaultQuery: { tag: undefined },
});
const same: Named = client.withOptions({ maxRetries: 0, defaultHeaders: [['x-team', null]] });

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
