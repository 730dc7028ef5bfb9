// The same package as CommonJS sees it.

import Kernel, { type ClientOptions, NotFoundError } from 'kernel-client';

import kernel = require('kernel-client');

const options: ClientOptions = { apiKey: 'sk_test' };
const client: Kernel = new Kernel(options);
const named: Kernel = new kernel.Kernel(options);
const byDefault: Kernel = new kernel.default(options);

export const url: Promise<string> = client.auth.connections.login('ma_1').then((login) => login.hosted_url);
export const all: Kernel[] = [client, named, byDefault];
export const missing = (error: unknown): boolean =>
  error instanceof NotFoundError || error instanceof kernel.NotFoundError;
