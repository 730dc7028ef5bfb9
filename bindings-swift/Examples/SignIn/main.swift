// Makes a connection and signs it in. What the login wants to know is asked here, and answered by a line each; with
// `--page` the person signs in at the hosted page instead: `KERNEL_API_KEY=... swift run SignIn example.com alice`

import Foundation
import KernelClient

func say(_ line: String) {
    // `print` would keep it back where the output is no terminal.
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

func ask(_ question: String) async -> String {
    say("asked: \(question)")
    return await withCheckedContinuation { answer in
        Thread.detachNewThread { answer.resume(returning: readLine() ?? "") }
    }
}

/// Asks for the fields, or else for a choice.
@Sendable func answer(_ request: InputRequest) async -> InputAnswer? {
    if let message = request.websiteError { say("the site says: \(message)") }
    if let message = request.externalActionMessage {
        say("to do: \(message)")
        return nil
    }
    var values: FieldValues = [:]
    for field in request.fields {
        values[field.id] = Secret(await ask(field.label ?? field.ref))
    }
    if !values.isEmpty { return .values(values) }
    for choice in request.choices { say("\(choice.id): \(choice.label)") }
    return .choice(await ask("Which?"))
}

var words = Array(CommandLine.arguments.dropFirst())
let onPage = words.contains("--page")
words.removeAll { $0 == "--page" }
do {
    let connections = try Kernel().auth.connections
    let made = try await connections.create(
        .init(domain: words.first ?? "example.com", profileName: words.dropFirst().first ?? "alice")
    )
    say("connection: \(made.id)")
    let connection = try await connections.loginAndWait(
        made.id,
        onLogin: { say("page: \($0.hostedURL)") },
        onInput: onPage ? nil : answer
    )
    say("status: \(connection.status)")
    say("arrived at: \(connection.postLoginURL ?? "-")")
} catch let error as KernelError {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
