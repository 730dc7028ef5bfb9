// The error classes, and how what the core says about a failure becomes one of them.

export class KernelError extends Error {}
export class ConfigurationError extends KernelError {}
export class InvalidArgumentError extends KernelError {}
export class LoginFailedError extends KernelError {}

export class APIError extends KernelError {
  // Bodies and headers can hold what must not reach a log: they can be read, but are not printed with the error.
  #error;
  #headers;
  #rawBody;

  constructor(status, error, message, headers, options) {
    super(worded(status, error, message), options);
    if (status !== undefined) this.status = status;
    this.#error = error;
    this.#headers = headers;
  }

  get error() {
    return this.#error;
  }

  get headers() {
    // `Headers` costs a module load: only when somebody looks.
    if (Array.isArray(this.#headers)) this.#headers = new Headers(this.#headers);
    return this.#headers;
  }

  get rawBody() {
    return this.#rawBody;
  }

  /** Adds what the core says about the exchange. */
  static describe(error, body, failure) {
    error.#error = body;
    error.#headers = failure.headers ?? undefined;
    error.#rawBody = failure.raw_body ?? undefined;
    const facts = {
      status: failure.status,
      code: failure.code,
      details: failure.details?.length ? failure.details : undefined,
      inner_error: failure.inner_error,
      existing_id: failure.existing_id,
      requestID: failure.request_id,
      retriesTaken: failure.retries_taken,
      reason: failure.reason,
    };
    for (const name in facts) if (facts[name] != null) error[name] = facts[name];
  }
}

/** The message of a refusal: its status, and what the API says or the answer is. */
function worded(status, error, message) {
  const said = error?.message;
  const text = typeof said === 'string' && said ? said : said || error ? JSON.stringify(said || error) : message;
  if (!status) return text || '(no status code or body)';
  return text ? `${status} ${text}` : `${status} status code (no body)`;
}

export class APIConnectionError extends APIError {
  constructor({ message, cause } = {}) {
    super(undefined, undefined, message ?? 'Connection error.', undefined, cause && { cause });
  }
}

export class APIConnectionTimeoutError extends APIConnectionError {
  constructor({ message, cause } = {}) {
    super({ message: message ?? 'Request timed out.', cause });
  }
}

export class APIUserAbortError extends APIError {
  constructor({ message, cause } = {}) {
    super(undefined, undefined, message ?? 'Request was aborted.', undefined, cause && { cause });
  }
}

export class APIResponseValidationError extends APIError {}
export class APIResponseTooLargeError extends APIError {}
export class BadRequestError extends APIError {}
export class AuthenticationError extends APIError {}
export class PermissionDeniedError extends APIError {}
export class NotFoundError extends APIError {}
export class ConflictError extends APIError {}
export class UnprocessableEntityError extends APIError {}
export class RateLimitError extends APIError {}
export class InternalServerError extends APIError {}

const classes = {
  KernelError,
  ConfigurationError,
  InvalidArgumentError,
  LoginFailedError,
  APIError,
  APIConnectionError,
  APIConnectionTimeoutError,
  APIUserAbortError,
  APIResponseValidationError,
  APIResponseTooLargeError,
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  UnprocessableEntityError,
  RateLimitError,
  InternalServerError,
};

// By key, not by the class's own name, which a minifier would change.
for (const [name, Class] of Object.entries(classes)) {
  Object.defineProperty(Class.prototype, 'name', { value: name, writable: true, configurable: true });
}

const STATUS = {
  bad_request: BadRequestError,
  authentication: AuthenticationError,
  permission_denied: PermissionDeniedError,
  not_found: NotFoundError,
  conflict: ConflictError,
  unprocessable_entity: UnprocessableEntityError,
  rate_limit: RateLimitError,
  internal_server: InternalServerError,
  api_status: APIError,
};

const TRANSPORT = {
  connection: APIConnectionError,
  timeout: APIConnectionTimeoutError,
};

const TEXT = {
  response_validation: APIResponseValidationError,
  response_too_large: APIResponseTooLargeError,
};

const OTHER = {
  configuration: ConfigurationError,
  invalid_argument: InvalidArgumentError,
  login_failed: LoginFailedError,
};

/** What there is to say where no answer was refused. */
const FACTS = ['argument', 'code', 'website_error', 'flow_status'];

/** The error for a failure as the core describes it; `cause` is what the program's own `fetch` failed with. */
export function errorFrom(failure, cause) {
  const { kind, message, reason } = failure;
  const rawBody = failure.raw_body ?? undefined;
  const body = parsed(rawBody);
  let error;
  if (kind in STATUS) error = new STATUS[kind](failure.status, body, rawBody);
  else if (kind in TRANSPORT)
    error = new TRANSPORT[kind]({ message, cause: cause ?? (reason ? happened(reason) : undefined) });
  else if (kind in TEXT) error = new TEXT[kind](undefined, undefined, message);
  else error = new (OTHER[kind] ?? KernelError)(message);
  if (error instanceof APIError) APIError.describe(error, body, failure);
  else for (const name of FACTS) if (failure[name] != null) error[name] = failure[name];
  return error;
}

/** What went wrong outside of JavaScript, where there is no stack. */
function happened(reason) {
  const cause = new Error(reason);
  cause.stack = `Error: ${reason}`;
  return cause;
}

function parsed(text) {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
