import Kernel, { NotFoundError } from 'kernel-client';
import calls from './calls.cjs';

if (NotFoundError !== Kernel.NotFoundError) throw new Error('the names are not of the same things');
calls(Kernel).then(console.log);
