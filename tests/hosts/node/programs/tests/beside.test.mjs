import { Kernel, NotFoundError } from 'kernel-client';
import { Simulator } from 'kernel-client/testing';
import calls from '../calls.cjs';
import seen from './seen.cjs';

test('imported beside another file, with the module for tests', async () => {
  expect(Kernel.NotFoundError).toBe(NotFoundError);
  expect(Simulator.at('http://127.0.0.1').client.baseURL).toBe('http://127.0.0.1');
  seen(await calls(Kernel));
});
