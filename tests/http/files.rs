//! Tests static files. The server sends the copies that the build compressed, with a `Vary` header
//! so that caches keep the encodings apart.

use std::fs;

use scripted::Script;
use tempfile::TempDir;

use crate::harness::TestServer;

/// Size in bytes of a test file without compressed copies, which the server must compress itself.
const LARGE: usize = 40_000;

/// Starts a server with three static files. Only one of them has compressed copies.
async fn server() -> (TestServer, TempDir) {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("both.js", b"plain");
    write("both.js.br", b"brotli");
    write("both.js.gz", b"gzip");
    write("plain.svg", b"<svg/>");
    write("large.css", "a{}\n".repeat(LARGE / 4).as_bytes());
    let mut server = TestServer::new(Script::default(), Vec::new());
    server.set_site_root(folder.path());
    server.boot().await;
    (server, folder)
}

#[tokio::test]
async fn varies_files_by_accepted_encoding() {
    let (server, _folder) = server().await;
    for (path, accepted, encoding) in [
        ("/both.js", "br, gzip", Some("br")),
        ("/both.js", "gzip", Some("gzip")),
        ("/both.js", "identity", None),
        ("/plain.svg", "br, gzip", None),
        ("/plain.svg", "identity", None),
        ("/large.css", "br, gzip", Some("gzip")),
        ("/large.css", "identity", None),
    ] {
        let request = server.client.get(format!("{}{path}", server.base)).header("accept-encoding", accepted);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let encoded = response.headers().get("content-encoding").map(|value| value.to_str().unwrap());
        assert_eq!(encoded, encoding, "{path}, {accepted}");
        let vary: Vec<_> = response.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(vary, ["accept-encoding"], "{path}, {accepted}");
    }
}

#[tokio::test]
async fn varies_unchanged_and_partial_files_too() {
    let (server, _folder) = server().await;
    let url = format!("{}/both.js", server.base);
    let first = server.client.get(&url).header("accept-encoding", "br").send().await.unwrap();
    let modified = first.headers()["last-modified"].clone();
    for (name, value, status) in [("if-modified-since", modified.to_str().unwrap(), 304), ("range", "bytes=0-1", 206)] {
        let request = server.client.get(&url).header("accept-encoding", "br").header(name, value);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{name}");
        let vary: Vec<_> = response.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(vary, ["accept-encoding"], "{name}");
    }
}

#[tokio::test]
async fn varies_compressed_responses_once() {
    let (server, _folder) = server().await;
    let request = server.client.get(format!("{}/api/openapi.json", server.base)).header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.headers().get_all("vary").iter().collect::<Vec<_>>(), ["accept-encoding"]);
}
