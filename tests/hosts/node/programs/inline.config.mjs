export default { test: { server: { deps: { inline: ['kernel-client'] } } } };
