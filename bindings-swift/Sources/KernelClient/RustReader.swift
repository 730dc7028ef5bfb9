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
