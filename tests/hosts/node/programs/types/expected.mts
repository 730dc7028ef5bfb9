// What the types are, to the letter: what else they would let through does not count.

import { expectTypeOf } from 'expect-type';
import Kernel, {
  type APIConnectionError,
  type APIConnectionTimeoutError,
  type APIError,
  type APIPromise,
  type APIUserAbortError,
  type AuthStatus,
  type ConflictError,
  type ConnectionLoginParams,
  type FlowType,
  type InvalidArgumentError,
  type KernelError,
  type LoginFailedError,
  type LoginResponse,
  type ManagedAuth,
  type ManagedAuthEvent,
  type ManagedAuthSession,
  type ManagedAuthStateEvent,
  type ManagedAuthTimelineEvent,
  type NotFoundError,
  type OffsetPagination,
  type PagePromise,
  type Region,
  type RequestOptions,
  type Stream,
} from 'kernel-client';

const client = new Kernel();
const { connections } = client.auth;

// The answer of a login.
expectTypeOf(connections.login).returns.toEqualTypeOf<APIPromise<LoginResponse>>();
expectTypeOf(await connections.login('ma_1')).toEqualTypeOf<{
  id: string;
  flow_type: FlowType;
  hosted_url: string;
  flow_expires_at: string;
  handoff_code?: string;
  live_view_url?: string;
}>();
expectTypeOf(await connections.login('ma_1').asResponse()).toEqualTypeOf<Response>();
expectTypeOf(await connections.login('ma_1').withResponse()).toEqualTypeOf<{
  data: LoginResponse;
  response: Response;
  requestID: string | undefined;
  retriesTaken: number;
}>();

// Its arguments.
expectTypeOf(connections.login).parameter(0).toEqualTypeOf<string>();
expectTypeOf(connections.login).parameter(1).toEqualTypeOf<ConnectionLoginParams | null | undefined>();
expectTypeOf(connections.login).parameter(2).toEqualTypeOf<RequestOptions | null | undefined>();
expectTypeOf<ConnectionLoginParams['record_session']>().toEqualTypeOf<boolean | undefined>();
expectTypeOf<ConnectionLoginParams>().not.toHaveProperty('url');
expectTypeOf<RequestOptions['signal']>().toEqualTypeOf<AbortSignal | null | undefined>();

// A union of texts is completed, and stays open.
type Open<Known extends string> = Known | (string & {});
expectTypeOf<FlowType>().toEqualTypeOf<Open<'LOGIN' | 'REAUTH'>>();
expectTypeOf<AuthStatus>().toEqualTypeOf<Open<'AUTHENTICATED' | 'NEEDS_AUTH'>>();
expectTypeOf<'mars'>().toExtend<Region>();
expectTypeOf<number>().not.toExtend<Region>();

// Pages and streams.
expectTypeOf(connections.list()).toEqualTypeOf<PagePromise<OffsetPagination<ManagedAuth>, ManagedAuth>>();
expectTypeOf(await connections.list()).toEqualTypeOf<OffsetPagination<ManagedAuth>>();
for await (const connection of connections.list()) expectTypeOf(connection).toEqualTypeOf<ManagedAuth>();
for await (const event of connections.timeline('ma_1')) expectTypeOf(event).toEqualTypeOf<ManagedAuthTimelineEvent>();
const stream = await connections.follow('ma_1');
expectTypeOf(stream).toEqualTypeOf<Stream<ManagedAuthEvent>>();
for await (const event of stream) {
  if (event.event === 'managed_auth_state') expectTypeOf(event).toEqualTypeOf<ManagedAuthStateEvent>();
}

// What else there is.
expectTypeOf(await connections.delete('ma_1')).toEqualTypeOf<void>();
expectTypeOf(await connections.loginAndWait('ma_1')).toEqualTypeOf<ManagedAuth>();
expectTypeOf(await connections.exchange('ma_1', 'code')).toEqualTypeOf<ManagedAuthSession>();
expectTypeOf<ManagedAuthSession['waitForLogin']>().returns.toEqualTypeOf<Promise<ManagedAuth>>();
expectTypeOf(await client.get('/x')).toEqualTypeOf<unknown>();
expectTypeOf(await client.get<{ id: string }>('/x')).toEqualTypeOf<{ id: string }>();
expectTypeOf(client.withOptions({})).toEqualTypeOf<Kernel>();

// Errors.
expectTypeOf<NotFoundError>().toExtend<APIError>();
expectTypeOf<NotFoundError['status']>().toEqualTypeOf<404>();
expectTypeOf<ConflictError['existing_id']>().toEqualTypeOf<string | undefined>();
expectTypeOf<APIError['status']>().toEqualTypeOf<number | undefined>();
expectTypeOf<APIConnectionTimeoutError>().toExtend<APIConnectionError>();
expectTypeOf<APIUserAbortError['status']>().toEqualTypeOf<undefined>();
expectTypeOf<APIError>().toExtend<KernelError>();
expectTypeOf<LoginFailedError>().toExtend<KernelError>();
expectTypeOf<LoginFailedError>().not.toExtend<APIError>();
expectTypeOf<InvalidArgumentError['argument']>().toEqualTypeOf<string | undefined>();

// The names of the official package.
expectTypeOf(Kernel.Kernel).toEqualTypeOf<typeof Kernel>();
expectTypeOf(Kernel.NotFoundError).toEqualTypeOf<typeof NotFoundError>();
expectTypeOf<Kernel.Auth.ManagedAuth>().toEqualTypeOf<ManagedAuth>();
expectTypeOf<Kernel.Auth.LoginResponse>().toEqualTypeOf<LoginResponse>();
expectTypeOf<Kernel.Auth.Connections.ConnectionLoginParams>().toEqualTypeOf<ConnectionLoginParams>();
expectTypeOf<Kernel.Auth.ManagedAuthsOffsetPagination>().toEqualTypeOf<OffsetPagination<ManagedAuth>>();
