import Kernel from 'kernel-client';
import calls from './calls.cjs';

calls(Kernel).then(console.log);
