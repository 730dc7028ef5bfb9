#if canImport(SwiftUI)
    import SwiftUI

    /// The form of a login in SwiftUI: what the site asks for, choices, progress, and what went wrong.
    ///
    /// ```swift
    /// LoginFormView(form) { connection in accounts.append(connection.domain) }
    /// ```
    ///
    /// The login goes on while the view is on the screen. It is plain on purpose: an app that wants another look shows
    /// a ``LoginForm`` itself. <doc:ConnectAnAccount> has both.
    public struct LoginFormView: View {
        @ObservedObject private var form: LoginForm
        @State private var attempt = 0
        private let onFinish: @MainActor (ManagedAuth) -> Void

        /// - Parameters:
        ///   - form: What is shown. Keep it where the view's parent keeps its state.
        ///   - onFinish: Is told of the connection once it is signed in.
        public init(_ form: LoginForm, onFinish: @escaping @MainActor (ManagedAuth) -> Void) {
            self.form = form
            self.onFinish = onFinish
        }

        public var body: some View {
            Form {
                switch form.phase {
                case .working: ProgressView("Signing in…")
                case .input(let request): input(request)
                case .finished: Label("Signed in", systemImage: "checkmark.circle")
                case .failed(let error): failure(error)
                }
            }
            .task(id: Attempt(form: ObjectIdentifier(form), number: attempt)) {
                // A view that comes back has nothing to do again.
                guard form.connection == nil else { return }
                // What is thrown is shown by the phase.
                if let connection = try? await form.run() { onFinish(connection) }
            }
        }

        /// What is run: which form, and which try of it.
        private struct Attempt: Equatable {
            let form: ObjectIdentifier
            let number: Int
        }

        @ViewBuilder private func input(_ request: InputRequest) -> some View {
            if let message = request.externalActionMessage {
                Section { Text(message) }
            }
            if let error = request.websiteError {
                Section { Text(error).foregroundColor(.red) }
            }
            if !request.fields.isEmpty {
                Section {
                    ForEach(request.fields) { field in LoginFieldView(field, value: entered(field)) }
                    Button("Continue") { form.submit() }.disabled(!form.isComplete)
                }
            }
            if !request.choices.isEmpty {
                Section {
                    ForEach(request.choices) { choice in
                        Button(choice.displayText ?? choice.label) { form.choose(choice) }
                    }
                }
            }
        }

        @ViewBuilder private func failure(_ error: any Error) -> some View {
            Section {
                // What stands between the app and the API may answer with a whole page.
                Text(error.localizedDescription).foregroundColor(.red).lineLimit(6)
                if form.canRunAgain { Button("Try again") { attempt += 1 } }
            }
        }

        private func entered(_ field: ManagedAuthField) -> Binding<String> {
            Binding { @MainActor in
                form.values[field.id] ?? ""
            } set: { @MainActor in
                form.values[field.id] = $0
            }
        }
    }

    /// A field of a login: what it is called, and the keyboard and the fill-in that fit it.
    private struct LoginFieldView: View {
        let field: ManagedAuthField
        @Binding var value: String

        init(_ field: ManagedAuthField, value: Binding<String>) {
            self.field = field
            _value = value
        }

        var body: some View {
            VStack(alignment: .leading) {
                entry
                if let hint = field.hint { Text(hint).font(.footnote).foregroundColor(.secondary) }
            }
        }

        @ViewBuilder private var entry: some View {
            let label = field.label ?? ""
            switch field.type {
            case .password, .totpSecret: SecureField(label, text: $value).filledIn(as: field)
            default: TextField(label, text: $value).filledIn(as: field)
            }
        }
    }

    extension View {
        /// The keyboard and the fill-in that fit a field, where the platform has them.
        @ViewBuilder fileprivate func filledIn(as field: ManagedAuthField) -> some View {
            #if os(iOS) || os(tvOS) || os(visionOS)
                textContentType(field.contentType)
                    .keyboardType(field.keyboard)
                    .textInputAutocapitalization(.never)
                    .disableAutocorrection(true)
            #elseif os(macOS)
                disableAutocorrection(true)
            #else
                self
            #endif
        }
    }

    #if os(iOS) || os(tvOS) || os(visionOS)
        extension ManagedAuthField {
            fileprivate var contentType: UITextContentType? {
                switch type {
                case .identifier: inputMode == .email ? .emailAddress : .username
                case .password: .password
                case .code, .totpCode: .oneTimeCode
                case .totpSecret, .text, .unknown: nil
                }
            }

            fileprivate var keyboard: UIKeyboardType {
                switch inputMode {
                case .email: .emailAddress
                case .tel: .phonePad
                case .numeric: .numberPad
                default: .default
                }
            }
        }
    #endif
#endif
