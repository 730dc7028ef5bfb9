import Testing

@testable import KernelClient

extension KernelClientTests {
    @Suite struct SingleOptions {
        /// Where there is nothing but one option, it could be taken for none.
        @Test func anOptionByItselfIsToldToTheCore() {
            let each: [(RequestOptions, String)] = [
                (.init(headers: ["x-trace": "1"]), #"{"headers":{"x-trace":"1"}}"#),
                (.init(query: ["limit": 3]), #"{"query":{"limit":3}}"#),
                (.init(extraBody: ["beta": nil]), #"{"extra_body":{"beta":null}}"#),
                (.init(timeout: .unlimited), #"{"timeout":null}"#),
                (.init(totalTimeout: 2.5), #"{"total_timeout":2.5}"#),
                (.init(maxRetries: 0), #"{"max_retries":0}"#),
                (.init(reconnect: false), #"{"reconnect":false}"#),
                (.init(idleTimeout: 0.5), #"{"idle_timeout":0.5}"#),
            ]
            for (options, json) in each {
                #expect(options.json == json)
            }
            #expect(Mirror(reflecting: RequestOptions()).children.count == each.count, "one for each option")
        }

        @Test func withoutOptionsNothingIsTold() {
            #expect(RequestOptions().json.isEmpty)
            #expect(RequestOptions(headers: [:], query: [:], extraBody: [:]).json.isEmpty)
        }
    }
}
