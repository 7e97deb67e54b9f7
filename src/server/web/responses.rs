//! Pages and messages that several handlers respond with.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use futures::{
    StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use leptos::{nonce::provide_nonce, prelude::*};
use leptos_axum::{ResponseOptions, handle_response_inner};

use super::{error::ApiError, state::AppState};
use crate::{
    app::shell,
    pages::{
        Loaded,
        document::{Account, Document, Head},
        message::{Message, MessagePage},
        signed_out::{SignedOutFrom, SignedOutPage},
    },
};

/// Renders the page at `uri`. `view` is the data of the page.
pub async fn page<T: Send + 'static>(state: &AppState, status: StatusCode, uri: Uri, head: Head, view: T) -> Response {
    let loaded = Loaded::new(view);
    let site = state.site.clone();
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    let context = move || provide_context(loaded.clone());
    // Renders like `SsrMode::Async`, but without the scripts that Leptos appends for resources. The
    // pages have no resources, and only the live page has a script.
    let whole = |page, _resources, _out_of_order| render_whole(page);
    let render = handle_response_inner(context, move || shell(site, head), request, whole);
    let (mut parts, body) = render.await.into_parts();
    parts.status = status;
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The framework streams the page. Traffic limits and compression need a known length, so the
    // body is collected first.
    match to_bytes(body, usize::MAX).await {
        Ok(html) => Response::from_parts(parts, html.into()),
        Err(error) => ApiError::internal(&error).into_response(),
    }
}

/// Renders a page as a stream with a single item.
fn render_whole(page: impl IntoView + 'static) -> BoxFuture<'static, BoxStream<'static, String>> {
    Box::pin(async move {
        let html: String = page.to_html_stream_in_order().collect().await;
        stream::once(async { html }).boxed()
    })
}

/// Renders an HTML document, such as an error page, whose content (`view`) does not depend on the
/// requested URL.
pub fn document<V>(
    state: &AppState,
    status: StatusCode,
    head: Head,
    view: impl FnOnce() -> V + Send + 'static,
) -> Response
where
    V: IntoView + 'static,
{
    let site = state.site.clone();
    let options = ResponseOptions::default();
    let html = Owner::new_root(None).with(|| {
        provide_nonce();
        provide_context(options.clone());
        view! { <Document site head>{view()}</Document> }.to_html()
    });
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, html).into_response();
    if let Ok(mut options) = options.0.write() {
        response.headers_mut().extend(std::mem::take(&mut options.headers));
    }
    response
}

/// Renders a page that shows only a message.
pub fn message_page(state: &AppState, status: StatusCode, message: Message, account: Account) -> Response {
    document(state, status, Head::new(message.title).with_account(account), || view! { <MessagePage message/> })
}

/// Renders an error as a page.
pub fn error_page(state: &AppState, error: &ApiError, account: Account) -> Response {
    let message = Message { title: "Something Went Wrong", text: error.message_with_id() };
    (AppendHeaders(error.retry_after()), message_page(state, error.status(), message, account)).into_response()
}

/// Renders the page for a portfolio that does not exist or belongs to another user.
pub fn portfolio_not_found(state: &AppState, account: Account) -> Response {
    message_page(state, StatusCode::NOT_FOUND, Message::portfolio_not_found(), account)
}

/// Renders the page for a preview that does not exist, has expired or belongs to another user.
pub fn preview_not_found(state: &AppState, account: Account) -> Response {
    message_page(state, StatusCode::NOT_FOUND, Message::preview_not_found(), account)
}

/// Renders the page for a user without a session.
pub fn signed_out_page(
    state: &AppState,
    place: SignedOutFrom,
    sign_in_url: Option<String>,
    cause: Option<String>,
) -> Response {
    let head = Head { is_signed_out: true, account: Account::SignedOut, ..Head::new("Sign In") };
    let page = move || view! { <SignedOutPage place sign_in_url cause/> };
    with_challenge(document(state, StatusCode::UNAUTHORIZED, head, page))
}

/// Adds the `WWW-Authenticate` header, which every 401 response needs (RFC 9110 §11.6.1).
pub fn with_challenge(mut response: Response) -> Response {
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
