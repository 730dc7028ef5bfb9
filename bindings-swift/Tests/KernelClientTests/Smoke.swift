import Testing
@testable import KernelClient
@Test func smoke() throws { #expect(try Kernel(apiKey: "sk").maxRetries == 2) }
