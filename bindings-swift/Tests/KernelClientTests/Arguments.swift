import KernelClient

// Parameters by their names on the wire.

extension ConnectionCreateParams {
    init(_ fields: inout Reader) throws {
        self.init(
            domain: try fields.text("domain"),
            profileName: try fields.text("profile_name"),
            allowedDomains: try fields.take("allowed_domains", \.texts),
            autoReauth: try fields.take("auto_reauth", \.bool),
            browser: try fields.nested("browser", readBrowser),
            browserTelemetry: try fields.nestedOrNull("browser_telemetry", readTelemetry),
            credential: try fields.nested("credential", readCredential),
            healthCheckInterval: try fields.take("health_check_interval", \.int64),
            healthChecks: try fields.take("health_checks", \.bool),
            loginURL: try fields.take("login_url", \.string),
            proxy: try fields.nested("proxy", readProxy),
            recordSession: try fields.take("record_session", \.bool),
            saveCredentials: try fields.take("save_credentials", \.bool)
        )
    }
}

extension ConnectionUpdateParams {
    init(_ fields: inout Reader) throws {
        self.init(
            allowedDomains: try fields.takeOrNull("allowed_domains", \.texts),
            autoReauth: try fields.takeOrNull("auto_reauth", \.bool),
            browser: try fields.nestedOrNull("browser", readBrowser),
            browserTelemetry: try fields.nestedOrNull("browser_telemetry", readTelemetry),
            credential: try fields.nestedOrNull("credential", readCredential),
            healthCheckInterval: try fields.takeOrNull("health_check_interval", \.int64),
            healthChecks: try fields.takeOrNull("health_checks", \.bool),
            loginURL: try fields.takeOrNull("login_url", \.string),
            proxy: try fields.nestedOrNull("proxy", readProxy),
            recordSession: try fields.takeOrNull("record_session", \.bool),
            saveCredentials: try fields.takeOrNull("save_credentials", \.bool)
        )
    }
}

extension ConnectionListParams {
    init(_ fields: inout Reader) throws {
        self.init(
            domain: try fields.take("domain", \.string),
            limit: try fields.take("limit", \.int64),
            offset: try fields.take("offset", \.int64),
            profileName: try fields.take("profile_name", \.string),
            query: try fields.take("query", \.string)
        )
    }
}

extension ConnectionLoginParams {
    init(_ fields: inout Reader) throws {
        self.init(
            browser: try fields.nested("browser", readBrowser),
            browserTelemetry: try fields.nestedOrNull("browser_telemetry", readTelemetry),
            proxy: try fields.nested("proxy", readProxy),
            recordSession: try fields.take("record_session", \.bool),
            skillMode: try fields.take("skill_mode", from: [.enabled, .disabled], SkillMode.unknown)
        )
    }
}

extension ConnectionSubmitParams {
    init(_ fields: inout Reader) throws {
        self.init(
            fieldValues: try fields.take("field_values", \.secrets),
            fields: try fields.take("fields", \.secrets),
            interactionID: try fields.take("interaction_id", \.string),
            mfaOptionID: try fields.take("mfa_option_id", \.string),
            selectedChoiceID: try fields.take("selected_choice_id", \.string),
            signInOptionID: try fields.take("sign_in_option_id", \.string),
            ssoButtonSelector: try fields.take("sso_button_selector", \.string),
            ssoProvider: try fields.take("sso_provider", \.string)
        )
    }
}

extension ConnectionTimelineParams {
    init(_ fields: inout Reader) throws {
        self.init(
            limit: try fields.take("limit", \.int64),
            offset: try fields.take("offset", \.int64),
            type: try fields.take("type", from: [.login, .reauth, .healthCheck], TimelineType.unknown)
        )
    }
}

extension InputAnswer {
    init(_ fields: inout Reader) throws {
        self.init(
            fieldValues: try fields.take("field_values", \.secrets),
            selectedChoiceID: try fields.take("selected_choice_id", \.string)
        )
    }
}

private func readCredential(_ fields: inout Reader) throws -> CredentialReference {
    CredentialReference(
        auto: try fields.take("auto", \.bool),
        name: try fields.take("name", \.string),
        path: try fields.take("path", \.string),
        provider: try fields.take("provider", \.string)
    )
}

private func readProxy(_ fields: inout Reader) throws -> Proxy {
    Proxy(id: try fields.take("id", \.string), name: try fields.take("name", \.string))
}

private func readBrowser(_ fields: inout Reader) throws -> Browser {
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
        telemetry: try fields.nestedOrNull("telemetry", readTelemetry)
    )
}

private func readTelemetry(_ fields: inout Reader) throws -> BrowserTelemetry {
    BrowserTelemetry(
        browser: try fields.nested("browser") {
            TelemetryCategories(
                captcha: try $0.nested("captcha", readCategory),
                connection: try $0.nested("connection", readCategory),
                console: try $0.nested("console", readCategory),
                control: try $0.nested("control") {
                    TelemetryControl(
                        cdp: try $0.nested("cdp") {
                            TelemetryCDP(excludedMethods: try $0.take("excluded_methods", \.texts))
                        },
                        enabled: try $0.take("enabled", \.bool)
                    )
                },
                interaction: try $0.nested("interaction", readCategory),
                network: try $0.nested("network", readCategory),
                page: try $0.nested("page", readCategory),
                platform: try $0.nested("platform", readCategory),
                screenshot: try $0.nested("screenshot", readCategory),
                system: try $0.nested("system", readCategory)
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

private func readCategory(_ fields: inout Reader) throws -> TelemetryCategory {
    TelemetryCategory(enabled: try fields.take("enabled", \.bool))
}
