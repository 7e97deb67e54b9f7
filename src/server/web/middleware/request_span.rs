//! A tracing span per request: `request{method, path, status, duration_ms}`.
//!
//! Every line that is logged while a request is handled has the span's fields. The end of a request
//! is logged only at the level `debug`, because open pages send a request every two seconds.

use std::time::Duration;

use axum::{body::Body, extract::Request, response::Response};
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::TraceLayer,
};
use tracing::{Span, field::Empty};

use crate::server::web::handlers::shared::SHARED_PREFIX;

type MakeSpan = fn(&Request) -> Span;
type OnResponse = fn(&Response, Duration, &Span);

/// Returns the layer that opens a span per request and records the status and duration in it.
pub fn layer() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>, MakeSpan, (), OnResponse, (), (), ()> {
    TraceLayer::new_for_http()
        .make_span_with(open as MakeSpan)
        .on_request(())
        .on_response(close as OnResponse)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

/// Opens the span of a request. The path is recorded without the query, which may contain text that
/// a user typed. The token of a link is not recorded either, because anyone who knows it can read
/// the portfolio.
fn open(request: &Request<Body>) -> Span {
    tracing::info_span!(
        "request",
        method = %request.method(),
        path = loggable_path(request.uri().path()),
        status = Empty,
        duration_ms = Empty
    )
}

/// Returns the path of a request without secrets.
fn loggable_path(path: &str) -> &str {
    if path.starts_with(SHARED_PREFIX) { SHARED_PREFIX } else { path }
}

fn close(response: &Response<Body>, duration: Duration, span: &Span) {
    span.record("status", response.status().as_u16());
    span.record("duration_ms", u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    tracing::debug!("request finished");
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use axum::{Router, routing::get};
    use tokio::net::TcpListener;
    use tracing_subscriber::fmt;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn logs_method_path_status_and_duration() {
        let lines = Lines::default();
        let output = lines.clone();
        let subscriber =
            fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false).with_writer(move || output.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().route("/{*path}", get(async || "ok")).layer(super::layer());
        let server = tokio::spawn(async move { axum::serve(listener, routes).await });
        reqwest::get(format!("http://{address}/x?name=secret")).await.unwrap();
        reqwest::get(format!("http://{address}/shared/secret")).await.unwrap();
        server.abort();
        let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let line = written.lines().find(|line| line.contains("request finished")).unwrap();
        assert!(line.contains("request{method=GET path=\"/x\" status=200 duration_ms="), "{line}");
        assert!(written.contains("path=\"/shared/\""), "{written}");
        assert!(!written.contains("secret"), "{written}");
    }
}
