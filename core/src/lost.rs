//! A login whose answer was lost: the next attempt meets the flow that the first one started.

use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::call::Request;
use crate::models::{TimelineStatus, TimelineType};
use crate::plan::Failed;
use crate::transport::Incoming;
use crate::{CallOptions, Error, ErrorKind, Fields, Kernel};

/// How many entries are looked through: a health check may have come in between.
const LATEST: i64 = 5;

/// Finds what a lost answer was about; `None` when it is somebody else's.
pub(crate) type Recover = fn(Lost) -> Pin<Box<dyn Future<Output = Option<Incoming>> + Send>>;

/// A request that may have been carried out, and the conflict that the same request met afterwards.
pub(crate) struct Lost {
    client: Kernel,
    id: String,
    options: CallOptions,
    /// When the first attempt began, by the API's own clock.
    began: SystemTime,
}

impl Failed {
    /// The answer that was lost, where it can be found out.
    pub(crate) async fn recover(
        self,
        client: &Kernel,
        request: &Request,
        started: Instant,
        deadline: Option<Instant>,
    ) -> Result<(Incoming, u32), Error> {
        let retries_taken = self.error.retries_taken();
        let lost = match (request.recover, self.error.kind()) {
            (Some(recover), ErrorKind::Conflict) if self.may_be_done => {
                lost(client, request, &self.error, started.elapsed()).map(recover)
            }
            _ => None,
        };
        let Some(found) = lost else {
            return Err(self.error);
        };
        let found = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline.into(), found)
                .await
                .unwrap_or_default(),
            None => found.await,
        };
        found
            .map(|answer| (answer, retries_taken))
            .ok_or(self.error)
    }
}

fn lost(client: &Kernel, request: &Request, conflict: &Error, since: Duration) -> Option<Lost> {
    // Nobody knows how far this machine's clock is off; the API's own says when the conflict was.
    let now = conflict.headers()?.get(http::header::DATE)?.to_str().ok()?;
    let now = httpdate::parse_http_date(now).ok()?;
    let (_, id) = request.arguments.first()?;
    Some(Lost {
        client: client.in_context(request.context.clone()),
        id: id.clone(),
        options: CallOptions {
            query: Fields::default(),
            extra_body: Fields::default(),
            ..request.options.clone()
        },
        began: now.checked_sub(since)?,
    })
}

/// The flow that a lost login started, as the login would have answered it, but for the handoff code.
pub(crate) fn login(lost: Lost) -> Pin<Box<dyn Future<Output = Option<Incoming>> + Send>> {
    Box::pin(async move {
        let connections = lost.client.auth().connections();
        let latest = connections
            .timeline(lost.id.as_str())
            .options(lost.options.clone())
            .limit(LATEST);
        // A login with stored credentials may be filed as one by itself.
        let mut logins = latest.await.ok()?.items.into_iter();
        let newest = logins.find(|entry| entry.r#type != TimelineType::HealthCheck)?;
        let ours = newest.status == TimelineStatus::InProgress
            && newest.timestamp.to_system_time() >= lost.began;
        if !ours {
            return None;
        }
        let connection = connections.retrieve(lost.id).options(lost.options);
        let (connection, response) = connection.send().await.ok()?.into_parts();
        let mut login = json!({
            "id": connection.id,
            "flow_type": connection.flow_type?,
            "hosted_url": connection.hosted_url?,
            "flow_expires_at": connection.flow_expires_at?,
        });
        if let (Some(url), Some(login)) = (connection.live_view_url, login.as_object_mut()) {
            login.insert("live_view_url".to_owned(), url.expose().into());
        }
        let mut headers = HeaderMap::clone(response.headers());
        // They tell of a body that is not this one.
        headers.remove(http::header::CONTENT_LENGTH);
        headers.remove(http::header::CONTENT_ENCODING);
        Some(Incoming {
            status: StatusCode::OK,
            headers,
            body: login.to_string().into(),
            unread: None,
        })
    })
}
