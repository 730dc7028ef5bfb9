/// A part of a list, and the way to the next part.
public struct Page<Item: Sendable>: Sendable {
    /// What this page has; it may be nothing though more follows.
    public let items: [Item]
    /// Whether more follows, as the API says it.
    public let hasMore: Bool?
    /// Where the next page begins, as the API says it; 0 when there is none.
    public let nextOffset: Int64?
    private let next: Call<Page>?

    /// Whether ``nextPage()`` has something to ask for.
    public var hasNextPage: Bool { next != nil }

    /// The next page; nil after the last.
    ///
    /// - Throws: ``KernelError``: that of the call, or `responseValidation` when the API says that more follows and
    ///   not where.
    public func nextPage() async throws -> Page? {
        try await next?.value(RequestOptions())
    }
}

extension Page: CustomReflectable {
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "items": items, "hasMore": hasMore as Any, "nextOffset": nextOffset as Any, "hasNextPage": hasNextPage,
            ],
            displayStyle: .struct
        )
    }
}

extension Page where Item == ManagedAuth {
    init(_ page: NativeConnectionsPage) {
        (items, hasMore, nextOffset) = (page.items, page.hasMore, page.nextOffset)
        next = page.next.map { next in
            Call {
                try next.page(options: $0, keepsResponse: $1)
            } answer: {
                Page(try $0.connectionsPage())
            }
        }
    }
}

extension Page where Item == ManagedAuthTimelineEvent {
    init(_ page: NativeTimelinePage) {
        (items, hasMore, nextOffset) = (page.items, page.hasMore, page.nextOffset)
        next = page.next.map { next in
            Call {
                try next.page(options: $0, keepsResponse: $1)
            } answer: {
                Page(try $0.timelinePage())
            }
        }
    }
}

/// A list that comes page by page. Iterate over it for the items of all pages, over ``pages`` for the pages, or take
/// the ``firstPage()``:
///
/// ```swift
/// for try await connection in client.auth.connections.list(.init(domain: "example.com")) {
///     print(connection.id)
/// }
/// ```
///
/// Each page is asked for when it is wanted, and every iteration asks anew.
public struct Paged<Item: Sendable>: Sendable {
    private let first: Call<Page<Item>>
    private let options: RequestOptions

    init(_ options: RequestOptions, _ first: Call<Page<Item>>) {
        self.first = first
        self.options = options
    }

    /// The first page.
    public func firstPage() async throws -> Page<Item> {
        try await first.value(options)
    }

    /// ``firstPage()`` with what came beside the answer.
    public func firstPageWithResponse() async throws -> KernelResponse<Page<Item>> {
        try await first.response(options)
    }

    /// The pages, one after another.
    public var pages: Pages { Pages(list: self) }

    /// The pages of a list, one after another.
    public struct Pages: AsyncSequence, Sendable {
        public typealias Element = Page<Item>
        fileprivate let list: Paged

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(place: .before(list)) }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate enum Place {
                case before(Paged)
                case on(Page<Item>)
                case after
            }

            fileprivate var place: Place

            public mutating func next() async throws -> Page<Item>? {
                let before = place
                // After an error there is nothing more.
                place = .after
                let page =
                    switch before {
                    case .before(let list): try await list.firstPage()
                    case .on(let page): try await page.nextPage()
                    case .after: nil as Page<Item>?
                    }
                if let page { place = .on(page) }
                return page
            }
        }
    }
}

extension Paged: AsyncSequence {
    public typealias Element = Item

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: pages.makeAsyncIterator()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var pages: Pages.AsyncIterator
        private var items: IndexingIterator<[Item]> = [].makeIterator()

        fileprivate init(pages: Pages.AsyncIterator) {
            self.pages = pages
        }

        public mutating func next() async throws -> Item? {
            try Task.checkCancellation()
            while true {
                if let item = items.next() { return item }
                guard let page = try await pages.next() else { return nil }
                items = page.items.makeIterator()
            }
        }
    }
}

extension Paged: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
