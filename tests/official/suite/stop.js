export default () => globalThis.stopGateway();
