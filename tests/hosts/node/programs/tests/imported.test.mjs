import Kernel from 'kernel-client';
import calls from '../calls.cjs';
import seen from './seen.cjs';

test('imported', async () => {
  seen(await calls(Kernel));
});
