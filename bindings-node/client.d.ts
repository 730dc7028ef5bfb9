// The client, its options, errors and promises, by hand. What the API takes and gives is in models.d.ts, which `cargo xtask stubs`
// generates from the core.

/// <reference lib="esnext.disposable" />

import type {
  Auth,
  ConnectionLoginParams,
  ErrorDetail,
  FlowStatus,
  InputAnswer,
  InputRequest,
  LoginErrorCode,
  LoginResponse,
  ManagedAuth,
  ManagedAuthSession as OneConnection,
  LoginReturn as Returned,
} from './models.js';

/** What a client is made with. Whatever is left out comes from the environment or has the default named here. */
export interface ClientOptions {
  /** The API key. Default: `KERNEL_API_KEY`. */
  apiKey?: string | null | undefined;
  /** Id of the project to act in. */
  projectID?: string | null | undefined;
  /** Name of the project to act in. */
  project?: string | null | undefined;
  /** The API to talk to; not together with a base URL. Default: `production`. */
  environment?: Environment | null | undefined;
  /** Address of the API, with its path if it has one. Default: `KERNEL_BASE_URL`; `null` ignores that variable. */
  baseURL?: string | null | undefined;
  /** Milliseconds that one attempt may take, from connecting to the end of the body; `null` for no limit. Default: 60 000. */
  timeout?: number | null | undefined;
  /** Milliseconds that connecting may take. Default: 5000. */
  connectTimeout?: number | null | undefined;
  /** Milliseconds that a call may take with all its attempts and the waiting between them. Default: no limit. */
  totalTimeout?: number | null | undefined;
  /** How often a failed request is sent again. Default: 2. */
  maxRetries?: number | null | undefined;
  /** Headers of every request; `null` leaves out one that the client would send. */
  defaultHeaders?: HeadersLike;
  /** Query parameters of every request. */
  defaultQuery?: Record<string, unknown> | null | undefined;
  /** What is logged, on standard error or to `logger`. Default: `KERNEL_LOG`, or else `warn`. */
  logLevel?: LogLevel | null | undefined;
  /** Takes the lines of this client's log in place of standard error, up to `logLevel`. */
  logger?: Logger | null | undefined;
  /**
   * Sends requests in place of the HTTP client built in: through a proxy of yours, recorded, or made up. It gets a URL, and
   * what `fetch` takes; it runs in the asynchronous context of the call. Retries, time limits, redirects, errors and
   * decoding stay the client's; how connections are made (`proxy`, `rootCertificates`, `connectTimeout`) is its own.
   */
  fetch?: Fetch | null | undefined;
  /** What `fetch` is told beside what the client tells it. Without a `fetch` the requests go by the global one. */
  fetchOptions?: FetchOptions | null | undefined;
  /** URL of a proxy; `null` for none, whatever the environment says. Default: the environment's. */
  proxy?: string | null | undefined;
  /** Certificates to trust beside the platform's, as PEM texts. */
  rootCertificates?: readonly string[] | null | undefined;
  /** Largest body of an answer, in bytes after decompression. Default: 64 MiB. */
  maxResponseBytes?: number | null | undefined;
  /** Largest event of a stream, in bytes. Default: 16 MiB. */
  maxEventBytes?: number | null | undefined;
  /** Milliseconds that a stream may be silent, heartbeats included; `null` for no limit. Default: 60 000. */
  idleTimeout?: number | null | undefined;
}

/** What one call does differently from its client. */
export interface RequestOptions {
  /** Headers over those of the client; `null` leaves one out. */
  headers?: HeadersLike;
  /** Query parameters beside those of the client. */
  query?: Record<string, unknown> | null | undefined;
  /** Fields of the body that this version has no name for; they win over the call's own. */
  extraBody?: Record<string, unknown> | null | undefined;
  /** Milliseconds that one attempt may take; `null` for no limit. */
  timeout?: number | null | undefined;
  /** Milliseconds that the call may take with all its attempts; `null` for no limit. */
  totalTimeout?: number | null | undefined;
  /** How often a failed request is sent again. */
  maxRetries?: number | null | undefined;
  /** Stops the call at once, wherever it is; the call then fails with `APIUserAbortError`. */
  signal?: AbortSignal | null | undefined;
  /** What `fetch` is told over what the client's `fetchOptions` say. */
  fetchOptions?: FetchOptions | null | undefined;
  /** Another HTTP method than the call's own. */
  method?: string | undefined;
  /** Another path than the call's own, added to the base URL; or a whole URL, which gets the key only at the API. */
  path?: string | undefined;
  /** Another body than the call's own, as JSON. */
  body?: unknown;
  /** Where the API is, for a client that was given no base URL. */
  defaultBaseURL?: string | undefined;
  /** Has no effect: the API knows no such keys, and a login whose answer was lost is found again without one. */
  idempotencyKey?: string | undefined;
}

/** Sends a request and gives its answer, as the global `fetch` does. */
export type Fetch = (url: string, init: RequestInit & { headers: Headers }) => PromiseLike<FetchAnswer> | FetchAnswer;

/** What a `Fetch` gives: a `Response`, or what has as much of one. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: Headers | Iterable<[string, string]> | Readonly<Record<string, unknown>>;
  /** The body as a stream of bytes or texts; not there, it is what `arrayBuffer`, `text` or `json` give. */
  readonly body?: ReadableStream | AsyncIterable<unknown> | null | undefined;
}

/** What `fetch` takes beside what the client gives it: a dispatcher, for example. It follows no redirects. */
export type FetchOptions = Omit<RequestInit, 'body' | 'headers' | 'method' | 'redirect' | 'signal'> & {
  redirect?: 'follow' | undefined;
};

/** Takes the lines of a log: `console` is one. */
export type Logger = Readonly<Record<'error' | 'warn' | 'info' | 'debug', (line: string) => void>>;

/** What one call that gives a stream does differently from its client. `signal` also ends the stream. */
export interface StreamOptions extends RequestOptions {
  /** Whether the stream is opened again when it breaks off before the flow is over. Default: true. */
  reconnect?: boolean | null | undefined;
  /** Milliseconds that the stream may be silent; `null` for no limit. */
  idleTimeout?: number | null | undefined;
}

/** What a call of a path that has no method is made of, beside its path. */
export interface PathRequestOptions extends RequestOptions {
  /**
   * What is sent: a string, an `ArrayBuffer`, a view of one, a stream or an iterator over bytes as it is, with a
   * `Content-Type` that is the caller's to set; a `Blob`, `FormData` or `URLSearchParams` with its own; anything else as
   * JSON. It is read before it is sent, so that it can be sent again.
   */
  body?: unknown;
  /** Whether the answer is a `Stream` of events. Default: false. */
  stream?: boolean | undefined;
}

/** A call of a path that has no method. */
export interface FinalRequestOptions extends PathRequestOptions {
  /** The HTTP method, whatever its case. Default: GET. */
  method?: string | undefined;
  /** The path, added to the base URL; it may have a query. A whole URL is taken as it is, and gets the key only at the API. */
  path: string;
}

/** How the end of a login is waited for. The options of a request hold for each request that the wait is made of. */
export interface WaitForLoginOptions extends Omit<StreamOptions, 'method' | 'path' | 'body' | 'extraBody'> {
  /**
   * Answers for the person: is asked whenever the login wants input, and what it gives is submitted; nothing, or
   * null, submits nothing. `signal` is aborted when the answer is not wanted any more. When it fails, so does the
   * call, with that very error. Without it, the person signs in at the hosted page.
   */
  onInput?: InputHandler | null | undefined;
  /** Milliseconds to wait at most, then the call fails with `APIConnectionTimeoutError`. Default: as long as the flow lasts. */
  waitTimeout?: number | null | undefined;
}

/** How a login is started and waited for. The options of a request hold for each request that the login is made of. */
export interface LoginAndWaitOptions extends WaitForLoginOptions, Pick<StreamOptions, 'extraBody'> {
  /**
   * Is told where the person signs in, once, before anything is waited for. Nothing waits for a promise that it
   * returns; when it fails, so does the login, with that very error.
   */
  onLogin?: ((login: LoginResponse) => unknown) | null | undefined;
}

/** Answers for the person, at once or in time. */
export type InputHandler = (
  request: InputRequest,
  context: { readonly signal: AbortSignal },
) => Answer | Promise<Answer>;

// biome-ignore lint/suspicious/noConfusingVoidType: a handler may return nothing at all
type Answer = InputAnswer | null | undefined | void;

/** Headers in any of the forms `fetch` takes; `undefined` changes nothing, `null` leaves a header out. */
export type HeadersLike =
  | Headers
  | Readonly<Record<string, string | readonly string[] | null | undefined>>
  | readonly (readonly [name: string, value: string | readonly string[] | null | undefined])[]
  | null
  | undefined;

/** An API to talk to. */
export type Environment = 'production' | 'development';

/** What is logged: this and everything more serious. */
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

/**
 * A client of the Kernel API.
 *
 * It keeps connections open for the next call, so make one and share it. It never keeps the process alive.
 *
 * @throws {ConfigurationError} when the options do not make a client, for one because there is no API key.
 *
 * @example
 * const client = new Kernel(); // reads KERNEL_API_KEY
 * const login = await client.auth.connections.login('ma_123');
 * console.log(login.hosted_url);
 */
export declare class Kernel {
  constructor(options?: ClientOptions);

  /** Managed logins. */
  readonly auth: Auth;

  /** Milliseconds that one attempt may take unless somebody says otherwise: 60 000. */
  static readonly DEFAULT_TIMEOUT: number;

  // What is set here holds for calls from then on, of this client and of copies that are made of it from then on.
  /** The API key. It is not printed with the client. */
  get apiKey(): string;
  set apiKey(key: string);
  /** Id of the project to act in. */
  get projectID(): string | null;
  set projectID(id: string | null);
  /** Address of the API, as it was given. */
  get baseURL(): string;
  set baseURL(url: string);
  /** How often a failed request is sent again. */
  get maxRetries(): number;
  set maxRetries(retries: number);
  /** Milliseconds that one attempt may take; `null` for no limit. */
  get timeout(): number | null;
  set timeout(limit: number | null);
  /** What is logged. */
  get logLevel(): LogLevel;
  set logLevel(level: LogLevel);
  /** Takes the lines of the log, where there is one. */
  get logger(): Logger | undefined;
  set logger(logger: Logger);
  /** What `fetch` is told. */
  get fetchOptions(): FetchOptions | undefined;
  set fetchOptions(options: FetchOptions);

  /** A client with some options changed; it shares this one's connections where it can. `defaultHeaders` and `defaultQuery` replace. */
  withOptions(options: Partial<ClientOptions>): this;

  /**
   * Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors. Gives
   * the body, decoded where it says that it is JSON, else as text; `null` where there is none.
   *
   * @example
   * const browser = await client.get<{ session_id: string }>('/browsers/br_123');
   */
  get<T = unknown>(path: string, options?: Given<PathRequestOptions>): APIPromise<T>;
  post<T = unknown>(path: string, options?: Given<PathRequestOptions>): APIPromise<T>;
  patch<T = unknown>(path: string, options?: Given<PathRequestOptions>): APIPromise<T>;
  put<T = unknown>(path: string, options?: Given<PathRequestOptions>): APIPromise<T>;
  delete<T = unknown>(path: string, options?: Given<PathRequestOptions>): APIPromise<T>;
  request<T = unknown>(options: Given<FinalRequestOptions>): APIPromise<T>;

  /** Calls a path of the API that lists things page by page. There is one class of pages. */
  getAPIList<Item = unknown>(
    path: string,
    Page: typeof OffsetPagination,
    options?: Given<PathRequestOptions>,
  ): PagePromise<OffsetPagination<Item>, Item>;

  /**
   * The address of a path, with the query of every request and this one. A client that was given no base URL takes
   * `defaultBaseURL`.
   *
   * @throws {InvalidArgumentError} when it makes no address.
   */
  buildURL(path: string, query?: Record<string, unknown> | null, defaultBaseURL?: string): string;

  /** What such a call would send, after `retryCount` attempts. It holds the API key. */
  buildRequest(
    options: Given<FinalRequestOptions>,
    context?: { retryCount?: number },
  ): Promise<{ req: RequestInit & { headers: Headers }; url: string; timeout: number | undefined }>;
}

/** At once, or in time. */
type Given<T> = T | PromiseLike<T> | null | undefined;

export declare namespace Kernel {
  export {
    APIConnectionError,
    APIConnectionTimeoutError,
    APIError,
    APIPromise,
    APIResponseTooLargeError,
    APIResponseValidationError,
    APIUserAbortError,
    AuthenticationError,
    BadRequestError,
    type ClientOptions,
    ConfigurationError,
    ConflictError,
    type Environment,
    type Fetch,
    type FetchAnswer,
    type FetchOptions,
    type FinalRequestOptions,
    type HeadersLike,
    hostedLoginURL,
    type InputHandler,
    InternalServerError,
    InvalidArgumentError,
    Kernel,
    Kernel as default,
    KernelError,
    type Logger,
    type LoginAndWaitOptions,
    LoginFailedError,
    LoginReturn,
    type LogLevel,
    ManagedAuthSession,
    NotFoundError,
    OffsetPagination,
    type OffsetPaginationParams,
    PagePromise,
    type PathRequestOptions,
    PermissionDeniedError,
    RateLimitError,
    type RequestOptions,
    Stream,
    type StreamOptions,
    UnprocessableEntityError,
    type WaitForLoginOptions,
  };
}

/** The promise of a call, which is under way already. Awaited, it gives the decoded body. */
export declare class APIPromise<T> extends Promise<T> {
  /**
   * The HTTP response, its body unread, as soon as its headers are there; asked for later than at the call, once the body
   * has been read as well. Failures reject as they do without it.
   */
  asResponse(): Promise<Response>;
  /** The decoded body with the HTTP response, the id of the request and how often it was sent again. */
  withResponse(): Promise<{ data: T; response: Response; requestID: string | undefined; retriesTaken: number }>;
}

/** Where a page begins, and how long it is. */
export interface OffsetPaginationParams {
  offset?: number;
  limit?: number;
}

/** A part of a list, and the way to the next part. Iterating over it goes through this page and all that follow. */
export declare class OffsetPagination<Item> implements AsyncIterable<Item> {
  private constructor();

  /** What this page has; it may be nothing though more follows. */
  items: Item[];
  /** Whether more follows, as the API says it. */
  has_more: boolean | null;
  /** Where the next page begins, as the API says it; 0 when there is none. */
  next_offset: number | null;

  /** The same as `items`. */
  getPaginatedItems(): Item[];
  /** Whether `getNextPage` has something to ask for. */
  hasNextPage(): boolean;
  /** The next page. Rejects with a `KernelError` after the last one. */
  getNextPage(): PagePromise<this, Item>;
  /** This page and all that follow, each asked for when it is wanted. */
  iterPages(): AsyncGenerator<this>;
  [Symbol.asyncIterator](): AsyncGenerator<Item>;
}

/**
 * The promise of a page. Iterating over it goes through the items of this page and all that follow, each page asked
 * for when it is wanted.
 *
 * @example
 * for await (const connection of client.auth.connections.list()) console.log(connection.id);
 */
export declare class PagePromise<
    PageClass extends OffsetPagination<Item>,
    Item = ReturnType<PageClass['getPaginatedItems']>[number],
  >
  extends APIPromise<PageClass>
  implements AsyncIterable<Item>
{
  [Symbol.asyncIterator](): AsyncGenerator<Item>;
}

/**
 * Things as they come, to be iterated over once. Leaving the loop closes the connection; so does aborting
 * `controller`, which ends the loop without an error. An aborted `signal` of the caller's rejects with
 * `APIUserAbortError`. Between two steps of a loop an open stream does not keep the process alive.
 */
export declare class Stream<Item> implements AsyncIterable<Item>, AsyncDisposable {
  constructor(iterate: () => AsyncIterator<Item>, controller: AbortController);

  /** Ends the stream when it is aborted. */
  controller: AbortController;

  [Symbol.asyncIterator](): AsyncIterator<Item>;
  [Symbol.asyncDispose](): Promise<void>;
  /** Two streams of the same, each read at its own speed. */
  tee(): [Stream<Item>, Stream<Item>];
  /** The same as bytes: a line of JSON each. */
  toReadableStream(): ReadableStream;
  /** What `toReadableStream` wrote. */
  static fromReadableStream<Item>(readableStream: ReadableStream, controller: AbortController): Stream<Item>;
}

/**
 * One connection, for a program without the API key: what a desktop app should hold. An account's API key does not
 * belong into an app: whoever has the app has the key. Instead a backend starts the login and hands the app its `id`
 * and `handoff_code`.
 *
 * It holds a token for this connection alone, good for about 30 minutes, and can do nothing but what is here.
 */
export declare class ManagedAuthSession {
  private constructor();

  /**
   * Exchanges the `handoff_code` of a login for a session. No API key is needed, and one that `client` has is not used.
   *
   * `POST /auth/connections/{id}/exchange`
   */
  static exchange(
    id: string,
    handoffCode: string,
    client?: ClientOptions | null,
    options?: RequestOptions | null,
  ): APIPromise<ManagedAuthSession>;
}

export interface ManagedAuthSession extends OneConnection {}

declare module './models.js' {
  interface ManagedAuthSession {
    /** The connection's id. */
    readonly id: string;
    /**
     * Waits for the end of the login that the session is for: gives the connection once it is signed in, or rejects
     * with `LoginFailedError`. It survives streams that break and outages of the API, and lasts no longer than a flow
     * can: 20 minutes. A login that is over already is told of at once.
     *
     * The person signs in at the hosted page, or `onInput` answers.
     *
     * @example
     * const connection = await session.waitForLogin({
     *   onInput: async ({ fields }) => ({ field_values: await ask(fields) }),
     * });
     */
    waitForLogin(options?: WaitForLoginOptions | null): Promise<ManagedAuth>;
  }

  interface Connections {
    /**
     * Starts a login and waits for its end: gives the connection once it is signed in, or rejects with
     * `LoginFailedError`. It survives streams that break and outages of the API, and lasts no longer than the flow.
     *
     * The person signs in at the hosted page (`onLogin` is told where), or `onInput` answers.
     *
     * @example
     * const connection = await client.auth.connections.loginAndWait('ma_123', {}, {
     *   onLogin: ({ hosted_url }) => console.log(`Sign in at ${hosted_url}`),
     * });
     */
    loginAndWait(
      id: string,
      params?: ConnectionLoginParams | null,
      options?: LoginAndWaitOptions | null,
    ): Promise<ManagedAuth>;
  }
}

/**
 * The URL of the hosted page, with where to send the person afterwards: to `success_url` when the profile is signed in,
 * to `error_url` otherwise. Any scheme will do, an app's own too. Give it to the person from a backend that is trusted.
 *
 * @throws {InvalidArgumentError} when one of them is no URL.
 */
export declare function hostedLoginURL(
  url: string,
  targets?: { success_url?: string | null | undefined; error_url?: string | null | undefined } | null,
): string;

/** What the hosted page says when it sends the person back. */
export declare class LoginReturn {
  private constructor();

  /**
   * Reads the URL that the person came back to, whole. Anybody can open such a URL: before relying on it, ask the API.
   *
   * @throws {InvalidArgumentError} when it is no URL, or none that the hosted page makes.
   */
  static parse(url: string): LoginReturn;
}

export interface LoginReturn extends Returned {}

/** Everything this package throws. */
export declare class KernelError extends Error {
  /** The argument or option that is wrong, by its name on the wire; fields of fields are joined by dots. */
  readonly argument?: string;
}

/** A client cannot be made from these options. */
export declare class ConfigurationError extends KernelError {}

/** An argument of a call is wrong; nothing was sent. */
export declare class InvalidArgumentError extends KernelError {}

/** The login came to its end and the profile is not signed in. */
export declare class LoginFailedError extends KernelError {
  /** Why, by the API's own name. */
  readonly code?: LoginErrorCode;
  /** What the site itself says went wrong. */
  readonly website_error?: string;
  /** How the flow ended. */
  readonly flow_status: FlowStatus;
}

/** A call failed: the API refused it, or there was no usable answer. */
export declare class APIError<
  Status extends number | undefined = number | undefined,
  ResponseHeaders extends Headers | undefined = Headers | undefined,
  Body extends object | undefined = object | undefined,
> extends KernelError {
  constructor(status: Status, error: Body, message: string | undefined, headers: ResponseHeaders);

  /** HTTP status; `undefined` when there was no answer. */
  readonly status: Status;
  /** Headers of the answer. */
  readonly headers: ResponseHeaders;
  /** The body of the answer, decoded; `undefined` when it is not JSON. */
  readonly error: Body;
  /** The body of the answer as it came. It may hold secrets, and is not printed with the error. */
  readonly rawBody: string | undefined;
  /** What is wrong, by the API's own name. */
  readonly code?: string;
  /** Everything that is wrong, where the API lists it. */
  readonly details?: readonly ErrorDetail[];
  /** What lies behind the failure, where the API says. */
  readonly inner_error?: ErrorDetail;
  /** Id of the request, for support. */
  readonly requestID?: string;
  /** How often the request was sent again. */
  readonly retriesTaken?: number;
  /** Why there was no answer. */
  readonly reason?: string;
}

/** There was no answer: refused, reset, cut short, TLS, proxy. `cause` and `reason` say which. */
export declare class APIConnectionError extends APIError<undefined, undefined, undefined> {
  constructor(options?: { message?: string | undefined; cause?: Error | undefined });
}

/** There was no answer in time. */
export declare class APIConnectionTimeoutError extends APIConnectionError {}

/** The caller's `signal` stopped the call; `cause` is the signal's reason. */
export declare class APIUserAbortError extends APIError<undefined, undefined, undefined> {
  constructor(options?: { message?: string | undefined; cause?: unknown });
}

/** The answer is not JSON, or not what this call gives. */
export declare class APIResponseValidationError extends APIError<number, Headers> {}

/** The answer is larger than `maxResponseBytes`. */
export declare class APIResponseTooLargeError extends APIError {}

/** The API does not understand the request. */
export declare class BadRequestError extends APIError<400, Headers> {}

/** The API key is missing or not valid. */
export declare class AuthenticationError extends APIError<401, Headers> {}

/** The API key may not do this. */
export declare class PermissionDeniedError extends APIError<403, Headers> {}

/** There is no such thing. */
export declare class NotFoundError extends APIError<404, Headers> {}

/** Something else is in the way, such as a login that is running. */
export declare class ConflictError extends APIError<409, Headers> {
  /** The connection that exists already, where that is what is in the way of `create`. */
  readonly existing_id?: string;
}

/** The API understands the request and cannot do it. */
export declare class UnprocessableEntityError extends APIError<422, Headers> {}

/** Too many requests. */
export declare class RateLimitError extends APIError<429, Headers> {}

/** The API failed. */
export declare class InternalServerError extends APIError<number, Headers> {}
