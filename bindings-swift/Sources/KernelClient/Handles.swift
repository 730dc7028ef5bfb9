/// What Rust keeps for Swift, as a number: something that is no more than a pointer. A task that waits is such a thing, which
/// Swift owns and gets back once, and so is a job.
func rustHandle<Value>(of value: Value) -> UInt64 {
    UInt64(unsafeBitCast(value, to: UInt.self))
}

/// What Rust gives back.
func ofRustHandle<Value>(_ handle: UInt64) -> Value {
    unsafeBitCast(UInt(handle), to: Value.self)
}

/// A function as Rust calls it, with what it keeps for Swift.
func nativeFunction(_ function: @convention(c) (UInt64) -> Void) -> NativeFunction {
    rustHandle(of: function)
}
