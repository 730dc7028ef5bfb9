//! Lists that come page by page.

use std::sync::Arc;

use kernel_client::models::{ManagedAuth, ManagedAuthTimelineEvent};
use kernel_client::{Page, host};

use crate::crossing::Crossing;
use crate::{NativeCall, NativeError};

/// A page, and the way to the next one, for each kind of item: uniffi knows no generic types.
macro_rules! pages {
    ($( $(#[doc = $doc:literal])* $page:ident, $next:ident: $item:ty; )*) => { $(
        $(#[doc = $doc])*
        #[derive(uniffi::Record)]
        pub(crate) struct $page {
            /// What this page has.
            items: Vec<$item>,
            /// Whether more follows, as the API says it.
            has_more: Option<bool>,
            /// Where the next page begins, as the API says it.
            next_offset: Option<i64>,
            /// The way to the next page, when there is one.
            next: Option<Arc<$next>>,
        }

        /// The way to a page.
        #[derive(uniffi::Object)]
        pub(crate) struct $next(Page<$item>);

        impl Crossing<Page<$item>> for $page {
            fn of(mut page: Page<$item>, _room: Vec<u8>) -> Self {
                Self {
                    items: std::mem::take(&mut page.items),
                    has_more: page.has_more,
                    next_offset: page.next_offset,
                    next: page.has_next_page().then(|| Arc::new($next(page))),
                }
            }
        }

        #[uniffi::export]
        impl $next {
            /// Asks for the page.
            pub(crate) fn page(
                &self,
                options: &str,
                keeps_response: bool,
            ) -> Result<NativeCall, NativeError> {
                let next = self.0.next_call().ok_or_else(host::panicked)??;
                NativeCall::begin::<_, $page, _>(options, keeps_response, |_| next.send())
            }
        }
    )* };
}

pages! {
    /// Connections.
    NativeConnectionsPage, NativeConnectionsNext: ManagedAuth;
    /// Entries of a timeline.
    NativeTimelinePage, NativeTimelineNext: ManagedAuthTimelineEvent;
}
