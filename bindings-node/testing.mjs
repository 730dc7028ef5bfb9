import testing from './testing.js';

export const { Simulator, World } = testing;
