// For a browser this is something else: see package.json.
import Kernel from '#kernel';

export default Kernel;
export const {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIPromise,
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
  LoginReturn,
  ManagedAuthSession,
  NotFoundError,
  OffsetPagination,
  PagePromise,
  PermissionDeniedError,
  RateLimitError,
  Stream,
  UnprocessableEntityError,
  hostedLoginURL,
} = Kernel;
export { Kernel };
