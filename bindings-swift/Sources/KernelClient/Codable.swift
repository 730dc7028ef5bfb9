// Models are read and written as the wire has them, by core. Generated/KernelConformances.swift has a line for each.
//
// What a model holds is written whole: secrets too, and fields that this version has no name for.

/// The model of this name that the decoder holds.
func nativeModel(_ name: String, from decoder: any Decoder) throws -> NativeModel {
    let json = try JSONValue(from: decoder).json
    do {
        return try translatingErrors { try nativeModelOfJSON(name: name, json: json) }
    } catch let error as KernelError {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: error.message, underlyingError: error)
        )
    }
}

/// Writes a model as the wire has it.
func encodeNative(_ model: NativeModel, to encoder: any Encoder) throws {
    try JSONValue(json: translatingErrors { try nativeModelToJSON(model: model) }).encode(to: encoder)
}

/// That the native part gave another model than it was asked for.
func otherModel(_ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "The library does not fit the package."))
}

/// A secret can be read out of what a program is sent. To write one, write ``exposed``.
extension Secret: Decodable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
}
