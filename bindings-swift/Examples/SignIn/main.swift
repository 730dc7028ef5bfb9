// Makes a connection and signs it in. What the login wants to know is asked here, and answered by a line each; with
// --page the person signs in at the hosted page instead: `KERNEL_API_KEY=... swift run SignIn example.com alice`

import Foundation
import KernelClient

@Sendable func ask(_ question: String) async -> String {
    print("asked: \(question)")
    return await Task.detached { readLine() ?? "" }.value
}

/// Asks for the fields, or else for a choice.
@Sendable func answer(_ request: InputRequest) async throws -> InputAnswer? {
    if let message = request.websiteError { print("the site says: \(message)") }
    if let message = request.externalActionMessage {
        print("to do: \(message)")
        return nil
    }
    if !request.fields.isEmpty {
        var values: [String: Secret] = [:]
        for field in request.fields { values[field.id] = Secret(await ask(field.label ?? field.ref)) }
        return InputAnswer(fieldValues: values)
    }
    for choice in request.choices { print("\(choice.id): \(choice.label)") }
    return InputAnswer(selectedChoiceID: await ask("Which?"))
}

let words = CommandLine.arguments.dropFirst().filter { $0 != "--page" }
let onPage = CommandLine.arguments.contains("--page")

do {
    let connections = try Kernel().auth.connections
    let created = try await connections.create(
        .init(domain: words.first ?? "example.com", profileName: words.dropFirst().first ?? "alice")
    )
    print("connection: \(created.id)")
    let connection = try await connections.loginAndWait(
        created.id,
        onLogin: { print("page: \($0.hostedURL)") },
        onInput: onPage ? nil : answer
    )
    print("status: \(connection.status)")
    print("arrived at: \(connection.postLoginURL ?? "-")")
} catch let error as KernelError {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
