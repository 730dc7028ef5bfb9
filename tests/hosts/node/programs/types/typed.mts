// Compiles as each kind of module, and runs.

import Kernel, { type ClientOptions, type LoginResponse, Kernel as Named, NotFoundError } from 'kernel-client';
import { Simulator } from 'kernel-client/testing';
import calls from '../calls.cjs';

const options: ClientOptions = { maxRetries: 0 };
const client: Kernel = new Kernel(options);

export const login = (id: string): Promise<LoginResponse> => client.auth.connections.login(id);
// @ts-expect-error: an id is a text
export const wrong = () => login(1);

const same = client instanceof Named && Kernel.NotFoundError === NotFoundError && Simulator.start instanceof Function;
calls(Kernel).then((seen) => console.log(same ? seen : 'the names are not of the same things'));
