// The official package's suite, from a copy of its repository that KERNEL_NODE_SUITE names, with its imports pointed at this
// project's package.

const { KERNEL_NODE_SUITE: rootDir } = process.env;
const here = (file) => `${import.meta.dirname}/${file}`;

export default {
  rootDir,
  testMatch: ['**/tests/index.test.ts', '**/tests/api-resources/auth/{connections,context}.test.ts'],
  testEnvironment: 'node',
  transform: { '\\.ts$': [here('node_modules/@swc/jest/index.js'), {}] },
  moduleNameMapper: {
    '^@onkernel/sdk$': here('../../../bindings-node/index.js'),
    '^@onkernel/sdk/core/api-promise$': here('api-promise.cjs'),
  },
  globalSetup: here('gateway.js'),
  globalTeardown: here('stop.js'),
  reporters: [here('reporter.js')],
  setupFilesAfterEnv: [here('cases.cjs')],
};
