//! Lists that come page by page.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use crate::answer::{Answer, Model, Success};
use crate::call::Request;
use crate::{Call, Error, Kernel};

/// A part of a list, and the way to the next part.
#[derive(Clone)]
pub struct Page<T> {
    /// What this page has; it may be nothing though more follows.
    pub items: Vec<T>,
    /// Whether more follows, as the API says it.
    pub has_more: Option<bool>,
    /// Where the next page begins, as the API says it; 0 when there is none.
    pub next_offset: Option<i64>,
    next: Way,
}

#[derive(Clone)]
enum Way {
    /// This was the last page.
    Nothing,
    /// A request like the one before, from another offset on.
    Page(Kernel, Box<Request>),
    /// More follows, and the API does not say where. Ending here would lose it.
    Lost(Box<Lost>),
}

#[derive(Clone)]
struct Lost {
    what: &'static str,
    status: u16,
    headers: HeaderMap,
    body: bytes::Bytes,
}

impl Lost {
    fn error(&self) -> Error {
        Error::response_validation(
            self.what,
            self.status,
            self.headers.clone(),
            self.body.clone(),
        )
    }
}

impl<T: Model> Page<T> {
    /// Whether [`Page::next_page`] has something to ask for.
    #[must_use]
    pub fn has_next_page(&self) -> bool {
        !matches!(self.next, Way::Nothing)
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    ///
    /// Those of the call that gave this page; [`crate::ErrorKind::ResponseValidation`] when the API says that more
    /// follows and not where.
    pub async fn next_page(&self) -> Result<Option<Self>, Error> {
        match self.next_call() {
            None => Ok(None),
            Some(call) => Ok(Some(call?.await?)),
        }
    }

    /// The call that gives the next page.
    #[doc(hidden)]
    #[must_use]
    pub fn next_call(&self) -> Option<Result<Next<T>, Error>> {
        match &self.next {
            Way::Nothing => None,
            Way::Page(client, request) => Some(Ok(Call::again(client.clone(), request.clone()))),
            Way::Lost(lost) => Some(Err(lost.error())),
        }
    }
}

impl<T: Model> Answer for Page<T> {
    fn of(success: &mut Success) -> Result<Self, Error> {
        let items = success.decode(T::list_of_text)?;
        let text = |name| success.headers.get(name)?.to_str().ok().map(str::trim);
        let has_more = text("x-has-more").map(|text| {
            ["true", "1", "on"]
                .iter()
                .any(|yes| text.eq_ignore_ascii_case(yes))
        });
        let offset = text("x-next-offset").map(str::parse::<i64>);
        let lost = |what| {
            Way::Lost(Box::new(Lost {
                what,
                status: success.status.as_u16(),
                headers: success.headers.clone(),
                body: success.body.clone(),
            }))
        };
        let next = match (has_more, &offset) {
            (Some(false), _) | (None, None) => Way::Nothing,
            (_, Some(Err(_))) => lost("its header `x-next-offset` must be a whole number"),
            (Some(true), None) => {
                lost("its header `x-has-more` announces more and `x-next-offset` is missing")
            }
            // An offset that does not lead on would ask for the same again and again.
            (_, Some(Ok(next))) if *next <= success.plan.request.offset() => Way::Nothing,
            (_, Some(Ok(next))) => {
                let mut request = success.plan.request.clone();
                request.set_offset(*next);
                Way::Page(success.client.clone(), request)
            }
        };
        Ok(Self {
            items: items.unwrap_or_default(),
            has_more,
            next_offset: offset.and_then(Result::ok),
            next,
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("has_more", &self.has_more)
            .field("next_offset", &self.next_offset)
            .finish_non_exhaustive()
    }
}

impl<P: Serialize + Send + 'static, T: Model> Call<P, Page<T>> {
    /// All pages, each asked for when it is wanted.
    pub fn pages(self) -> Pages<T> {
        Pages(Walk::Waiting(self.into_future()))
    }

    /// The items of all pages, each page asked for when it is wanted.
    pub fn items(self) -> Items<T> {
        Items {
            pages: self.pages(),
            items: Vec::new().into_iter(),
        }
    }
}

/// The call that gives the next page.
type Next<T> = Call<crate::models::NoParams, Page<T>>;

/// A page on its way.
type Coming<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// The pages of a list, one after another.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<T>(Walk<T>);

enum Walk<T> {
    Waiting(Coming<T>),
    /// The page that was given last.
    Given(Option<Result<Box<Next<T>>, Error>>),
}

impl<T: Model> Pages<T> {
    /// The next page; `None` after the last one or an error.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: Model> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let walk = &mut self.get_mut().0;
        loop {
            match walk {
                Walk::Waiting(coming) => {
                    let page = ready!(coming.as_mut().poll(context));
                    let next = page.as_ref().ok().and_then(Page::next_call);
                    *walk = Walk::Given(next.map(|next| next.map(Box::new)));
                    return Poll::Ready(Some(page));
                }
                Walk::Given(next) => match next.take() {
                    None => return Poll::Ready(None),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Some(Ok(call)) => *walk = Walk::Waiting(call.into_future()),
                },
            }
        }
    }
}

/// The items of a list, one after another.
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<T> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T>,
}

impl<T: Model + Unpin> Items<T> {
    /// The next item; `None` after the last one or an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: Model + Unpin> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => this.items = page.items.into_iter(),
            }
        }
    }
}

impl Request {
    /// From where on this asks for a list.
    fn offset(&self) -> i64 {
        let given = self.options.query.0.get(OFFSET);
        match given.or_else(|| self.query.get(OFFSET)) {
            Some(Value::Number(number)) => number.as_i64().unwrap_or_default(),
            Some(Value::String(text)) => text.parse().unwrap_or_default(),
            _ => 0,
        }
    }

    fn set_offset(&mut self, offset: i64) {
        let own = &mut self.options.query.0;
        let query = if own.contains_key(OFFSET) {
            own
        } else {
            &mut self.query
        };
        query.insert(OFFSET.to_owned(), offset.into());
    }
}

const OFFSET: &str = "offset";
