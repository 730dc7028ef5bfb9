export * from './index.js';
export { Kernel as default } from './index.js';
