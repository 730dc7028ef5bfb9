// Everything that the package exports. `npm run bundle` makes one file of it, in which the class has all of this and is the whole
// module: for `import Kernel`, `import { Kernel }` and `require` alike.

export { DEFAULT_TIMEOUT, Kernel, Kernel as default } from './client.mjs';
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIResponseTooLargeError,
  APIResponseValidationError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConfigurationError,
  ConflictError,
  InternalServerError,
  InvalidArgumentError,
  KernelError,
  LoginFailedError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from './errors.mjs';
export { hostedLoginURL, LoginReturn } from './hosted.mjs';
export { OffsetPagination, PagePromise } from './page.mjs';
export { APIPromise } from './promise.mjs';
export { ManagedAuthSession } from './session.mjs';
export { Stream } from './stream.mjs';
