import Foundation
import Testing

extension KernelClientTests {
    /// What Xcode reads of the privacy manifest: it refuses one with a key or a reason that it does not know.
    @Test func thePrivacyManifestSaysWhatTheLibraryUses() throws {
        let sources = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Sources/KernelClient")
        let file = try Data(contentsOf: sources.appendingPathComponent("PrivacyInfo.xcprivacy").standardizedFileURL)
        let plist = try PropertyListSerialization.propertyList(from: file, format: nil)
        let manifest = try #require(plist as? [String: Any])
        #expect(manifest["NSPrivacyTracking"] as? Bool == false)
        for key in ["NSPrivacyTrackingDomains", "NSPrivacyCollectedDataTypes"] {
            let list = try #require(manifest[key] as? [Any])
            #expect(list.isEmpty, "\(key)")
        }
        let used = try #require(manifest["NSPrivacyAccessedAPITypes"] as? [[String: Any]])
        var reasons: [String: [String]] = [:]
        for entry in used {
            #expect(entry.keys.sorted() == ["NSPrivacyAccessedAPIType", "NSPrivacyAccessedAPITypeReasons"])
            let type = try #require(entry["NSPrivacyAccessedAPIType"] as? String)
            reasons[type] = entry["NSPrivacyAccessedAPITypeReasons"] as? [String]
        }
        let expected = [
            "NSPrivacyAccessedAPICategoryFileTimestamp": ["C617.1"],
            "NSPrivacyAccessedAPICategorySystemBootTime": ["35F9.1"],
        ]
        #expect(reasons == expected)
        #expect(manifest.count == 4)
    }
}
