//! Writes the Swift sources of the library it is pointed at.

fn main() {
    uniffi::uniffi_bindgen_swift();
}
