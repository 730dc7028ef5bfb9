import Foundation

/// Reads what came out of Rust, where it lies. It must not outlive that.
struct RustReader {
    private var next: UnsafeRawPointer?
    private var left: Int

    init(_ start: UnsafeMutablePointer<UInt8>?, count: Int) {
        next = UnsafeRawPointer(start)
        left = count
    }

    /// Whether something is left to read.
    var hasMore: Bool { left > 0 }

    /// The next so many bytes.
    @inline(__always)
    mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, count <= left else { throw EndOfBuffer() }
        defer {
            next = next.map { $0 + count }
            left -= count
        }
        return UnsafeRawBufferPointer(start: next, count: count)
    }
}

/// That the library gave less than it said. The two do not belong together.
struct EndOfBuffer: Error {}

@inline(__always)
func readInt<Value: FixedWidthInteger>(_ reader: inout RustReader) throws -> Value {
    let bytes = try reader.take(MemoryLayout<Value>.size)
    return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
}

func readDouble(_ reader: inout RustReader) throws -> Double {
    Double(bitPattern: try readInt(&reader))
}

func readBytes(_ reader: inout RustReader, count: Int) throws -> UnsafeRawBufferPointer {
    try reader.take(count)
}

func readString(_ reader: inout RustReader, count: Int) throws -> String {
    String(decoding: try reader.take(count), as: UTF8.self)
}

/// Writes a date as seconds and nanoseconds since 1970. What is read again is the same date: its fraction is taken from
/// the number that it holds, which counts from 2001.
func writeDate(_ date: Date, into buffer: inout [UInt8]) {
    let held = date.timeIntervalSinceReferenceDate
    var whole = held.rounded(.down)
    var nanoseconds = ((held - whole) * 1e9).rounded()
    if nanoseconds == 1e9 { (whole, nanoseconds) = (whole + 1, 0) }
    var seconds = whole + Date.timeIntervalBetween1970AndReferenceDate
    // Before 1970 both parts count backwards; the form has no sign for less than a second.
    if seconds < 0, nanoseconds > 0 { (seconds, nanoseconds) = (seconds + 1, 1e9 - nanoseconds) }
    // A date that is none, or further away than anybody's, is as far as there is a number for.
    let limit = 9.2e18
    let number = seconds.isNaN ? 0 : Int64(max(-limit, min(limit, seconds)))
    withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(nanoseconds.isNaN ? 0 : nanoseconds).bigEndian) { buffer.append(contentsOf: $0) }
}
