// Starts a login: `KERNEL_API_KEY=... swift run Login ma_123`

import Foundation
import KernelClient

do {
    let client = try Kernel()
    let login = try await client.auth.connections.login(CommandLine.arguments.dropFirst().first ?? "ma_login")
    print("id: \(login.id)")
    print("flow_type: \(login.flowType)")
    print("hosted_url: \(login.hostedURL)")
    print("flow_expires_at: \(login.flowExpiresAt.formatted(.iso8601))")
    print("live_view_url: \(login.liveViewURL?.exposed ?? "-")")
} catch let error as KernelError {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
