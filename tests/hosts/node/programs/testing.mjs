import { Simulator, World } from 'kernel-client/testing';
import calls from './calls.cjs';

const { client } = Simulator.at(process.env.KERNEL_BASE_URL);
if (!(Simulator.prototype instanceof World)) throw new Error('a simulator is a world');
calls(client.constructor).then(console.log);
