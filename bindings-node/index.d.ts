// The client, its options, errors and promises, by hand. What the API takes and gives is in models.d.ts, which `cargo xtask stubs`
// generates from the core.

import type { Auth } from './models.js';

export * from './models.js';
export { Kernel as default };

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
  /** What is logged, on standard error. Default: `KERNEL_LOG`, or else `warn`. */
  logLevel?: LogLevel | null | undefined;
  /** URL of a proxy; `null` for none, whatever the environment says. Default: the environment's. */
  proxy?: string | null | undefined;
  /** Certificates to trust beside the platform's, as PEM texts. */
  rootCertificates?: readonly string[] | null | undefined;
  /** Largest body of an answer, in bytes after decompression. Default: 64 MiB. */
  maxResponseBytes?: number | null | undefined;
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
}

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

  /** Address of the API. */
  readonly baseURL: string;
  /** How often a failed request is sent again. */
  readonly maxRetries: number;
  /** Milliseconds that one attempt may take; `null` for no limit. */
  readonly timeout: number | null;

  /** A client with some options changed; it shares this one's connections where it can. `defaultHeaders` and `defaultQuery` replace. */
  withOptions(options: Partial<ClientOptions>): this;
}

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
    InternalServerError,
    InvalidArgumentError,
    Kernel,
    KernelError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    type RequestOptions,
    UnprocessableEntityError,
  };
}

/** The promise of a call, which is under way already. Awaited, it gives the decoded body. */
export declare class APIPromise<T> extends Promise<T> {
  /** The HTTP response, its body unread. Failures reject as they do without it. */
  asResponse(): Promise<Response>;
  /** The decoded body with the HTTP response, the id of the request and how often it was sent again. */
  withResponse(): Promise<{ data: T; response: Response; requestID: string | undefined; retriesTaken: number }>;
}

/** Everything this package throws. */
export declare class KernelError extends Error {
  /** The argument or option that is wrong, by its name on the wire; fields of fields are joined by dots. */
  readonly argument?: string;
}

/** A client cannot be made from these options. */
export declare class ConfigurationError extends KernelError {}

/** An argument of a call is wrong; nothing was sent. */
export declare class InvalidArgumentError extends KernelError {}

/** One thing that is wrong with a request, as the API reports it. */
export interface ErrorDetail {
  code?: string;
  message?: string;
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
export declare class ConflictError extends APIError<409, Headers> {}

/** The API understands the request and cannot do it. */
export declare class UnprocessableEntityError extends APIError<422, Headers> {}

/** Too many requests. */
export declare class RateLimitError extends APIError<429, Headers> {}

/** The API failed. */
export declare class InternalServerError extends APIError<number, Headers> {}
