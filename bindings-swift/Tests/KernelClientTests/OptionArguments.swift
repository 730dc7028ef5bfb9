import KernelClient

/// Client options by their names on the wire.
func clientOptions(_ json: JSONValue, source: String) throws -> ClientOptions {
    try Reader.read(json) {
        ClientOptions(
            apiKey: try $0.take("api_key", \.string).map { Secret($0) },
            baseURL: try $0.takeOrNull("base_url", \.string),
            environment: try $0.take("environment", \.string).map(ClientOptions.Environment.init),
            projectID: try $0.takeOrNull("project_id", \.string),
            project: try $0.takeOrNull("project", \.string),
            timeout: try $0.timeout("timeout"),
            connectTimeout: try $0.take("connect_timeout", \.seconds),
            totalTimeout: try $0.timeout("total_timeout"),
            maxRetries: try $0.take("max_retries", \.int),
            defaultHeaders: try $0.take("default_headers", \.headers),
            setDefaultHeaders: try $0.take("set_default_headers", \.headers),
            defaultQuery: try $0.take("default_query") { $0.query(in: source) },
            setDefaultQuery: try $0.take("set_default_query") { $0.query(in: source) },
            rootCertificates: try $0.take("root_certificates", \.texts) ?? [],
            proxy: try $0.takeOrNull("proxy") { $0.string.map { Secret($0) } },
            idleTimeout: try $0.timeout("idle_timeout"),
            maxResponseBytes: try $0.take("max_response_bytes", \.int),
            maxEventBytes: try $0.take("max_event_bytes", \.int),
            logLevel: try $0.take("log_level", \.string).map(ClientOptions.LogLevel.init)
        )
    }
}

/// Options of a call by their names on the wire.
func requestOptions(_ json: JSONValue, source: String) throws -> RequestOptions {
    try Reader.read(json) {
        RequestOptions(
            headers: try $0.take("headers", \.headers) ?? [:],
            query: try $0.take("query") { $0.query(in: source) } ?? [:],
            extraBody: try $0.take("extra_body") { $0.query(in: source) } ?? [:],
            timeout: try $0.timeout("timeout"),
            totalTimeout: try $0.timeout("total_timeout"),
            maxRetries: try $0.take("max_retries", \.int),
            reconnect: try $0.take("reconnect", \.bool),
            idleTimeout: try $0.timeout("idle_timeout")
        )
    }
}
