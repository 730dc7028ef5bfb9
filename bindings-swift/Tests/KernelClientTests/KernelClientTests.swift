import Testing

/// All tests, one after another: scenarios change the environment of the process.
@Suite(.serialized) struct KernelClientTests {}
