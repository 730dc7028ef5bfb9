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
            maxResponseBytes: try $0.take("max_response_bytes", \.int),
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
            maxRetries: try $0.take("max_retries", \.int)
        )
    }
}

/// The arguments of a login by their names on the wire.
func loginArguments(_ json: JSONValue) throws -> (id: String, params: ConnectionLoginParams) {
    try Reader.read(json) {
        let id = try $0.take("id", \.string) ?? { throw Problem("there is no id") }()
        let params = ConnectionLoginParams(
            browser: try $0.nested("browser", browser),
            browserTelemetry: try $0.nestedOrNull("browser_telemetry", telemetry),
            proxy: try $0.nested("proxy") {
                Proxy(id: try $0.take("id", \.string), name: try $0.take("name", \.string))
            },
            recordSession: try $0.take("record_session", \.bool),
            skillMode: try $0.take("skill_mode", from: [.enabled, .disabled], SkillMode.unknown)
        )
        return (id, params)
    }
}

private func browser(_ fields: inout Reader) throws -> Browser {
    Browser(
        proxy: try fields.nested("proxy") {
            BrowserProxy(
                mode: try $0.take("mode", from: [.direct, .default], ProxyMode.unknown),
                id: try $0.take("id", \.string),
                name: try $0.take("name", \.string)
            )
        },
        region: try fields.take("region", from: [.usEast, .usWest, .euWest, .apSoutheast], Region.unknown),
        stealth: try fields.take("stealth", \.bool),
        telemetry: try fields.nestedOrNull("telemetry", telemetry)
    )
}

private func telemetry(_ fields: inout Reader) throws -> BrowserTelemetry {
    BrowserTelemetry(
        browser: try fields.nested("browser") {
            TelemetryCategories(
                captcha: try $0.nested("captcha", category),
                connection: try $0.nested("connection", category),
                console: try $0.nested("console", category),
                control: try $0.nested("control") {
                    TelemetryControl(
                        cdp: try $0.nested("cdp") {
                            TelemetryCDP(excludedMethods: try $0.take("excluded_methods", \.texts))
                        },
                        enabled: try $0.take("enabled", \.bool)
                    )
                },
                interaction: try $0.nested("interaction", category),
                network: try $0.nested("network", category),
                page: try $0.nested("page", category),
                platform: try $0.nested("platform", category),
                screenshot: try $0.nested("screenshot", category),
                system: try $0.nested("system", category)
            )
        },
        enabled: try fields.take("enabled", \.bool),
        export: try fields.nested("export") {
            TelemetryExport(
                otlp: try $0.nested("otlp") {
                    TelemetryOTLP(
                        destination: try $0.nested("destination") {
                            TelemetryDestination(id: try $0.take("id", \.string), name: try $0.take("name", \.string))
                        },
                        enabled: try $0.take("enabled", \.bool)
                    )
                }
            )
        },
        storage: try fields.nested("storage") { TelemetryStorage(enabled: try $0.take("enabled", \.bool)) }
    )
}

private func category(_ fields: inout Reader) throws -> TelemetryCategory {
    TelemetryCategory(enabled: try fields.take("enabled", \.bool))
}
