//! Tests that no input makes the server exceed its limits on memory, connections, uploads and
//! response sizes. Tests that measure memory or connections run the program in a separate process.

use std::time::Duration;

use reqwest::{Response, multipart::Form};
use scripted::Script;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::harness::{THREE_POSITIONS, TestServer, form};

const PORTFOLIOS: &str = "/api/v1/onboarding/portfolios";

const HEADER: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date\n";

const MEGABYTE: u64 = 1_000_000;

/// By how many bytes the peak memory may grow while the server reads a file of ten megabytes.
const MEMORY_LIMIT: u64 = 64 * MEGABYTE;

async fn warm_process() -> TestServer {
    let server = TestServer::start_process(Vec::new()).await;
    // The first upload initializes parts of the server. The memory they use must not count toward
    // the upload that is measured.
    assert_eq!(server.upload("First", "", THREE_POSITIONS).await.status(), 201);
    server
}

async fn submit(server: &TestServer, csv: Vec<u8>) -> Response {
    server.client.post(format!("{}/", server.base)).multipart(form("Big", csv)).send().await.unwrap()
}

/// Returns the page that a browser shows after a submit: the form again if the file cannot be read,
/// otherwise the check page.
async fn shown_page(server: &TestServer, response: Response) -> String {
    if response.status() == 422 {
        return response.text().await.unwrap();
    }
    assert_eq!(response.status(), 303);
    let page = server.get(response.headers()["location"].to_str().unwrap()).await;
    assert_eq!(page.status(), 200);
    page.text().await.unwrap()
}

/// Returns a file that consists of `start` and as many copies of `text` as fit into 9.9 MB.
fn repeated(start: &str, text: &str) -> Vec<u8> {
    let mut file = start.as_bytes().to_vec();
    while file.len() + text.len() < 9_900_000 {
        file.extend_from_slice(text.as_bytes());
    }
    file
}

#[tokio::test]
async fn reads_any_ten_megabyte_file_in_little_memory() {
    // At about 1,000 bytes per row, the file has almost as many rows as the server accepts.
    let row = format!("A,{},soon,later\n", "x".repeat(985));
    let files = [
        ("commas", repeated("", &",".repeat(100_000))),
        ("one wide row", repeated(HEADER, &"A,".repeat(50_000))),
        ("an open quotation mark", repeated(&format!("{HEADER}\""), &"a".repeat(100_000))),
        ("wrong rows", repeated(HEADER, &row)),
        ("classic Mac line ends", repeated("Symbol\r", &"# comment\r".repeat(1_000))),
        ("characters that HTML escapes", repeated(HEADER, &format!("{}\n", "&".repeat(1_000)))),
    ];
    for (name, file) in files {
        let server = warm_process().await;
        let before = server.memory("VmHWM");
        let program = server.client.post(format!("{}{PORTFOLIOS}", server.base)).multipart(form("Big", file.clone()));
        assert_eq!(program.send().await.unwrap().status(), 422, "{name}");
        let page = shown_page(&server, submit(&server, file).await).await.len() as u64;
        let growth = server.memory("VmHWM") - before;
        println!("{name}: {growth} bytes of memory, {page} bytes of page");
        assert!(growth < MEMORY_LIMIT, "{name}: {growth} bytes");
        assert!(page < 2 * MEGABYTE, "{name}: a page of {page} bytes");
    }
}

#[tokio::test]
async fn returns_small_page_for_small_invalid_file() {
    let server = TestServer::start().await;
    let file = format!("{HEADER}{}", ",,x,\n".repeat(9_000)).into_bytes();
    assert!(file.len() < 190_000);
    let page = shown_page(&server, submit(&server, file.clone()).await).await;
    println!("{} bytes of page for {}", page.len(), file.len());
    assert!(page.len() < 5 * file.len(), "{} bytes for {}", page.len(), file.len());
}

#[tokio::test]
async fn lists_a_hundred_problems_and_counts_the_rest() {
    let server = TestServer::start().await;
    let file = format!("{HEADER}{}", "A,1,1,soon\n".repeat(10_000));
    let refused = server.upload("Many", "", &file).await;
    assert_eq!(refused.status(), 422);
    let body = refused.text().await.unwrap();
    println!("{} bytes of response", body.len());
    let error = &serde_json::from_str::<Value>(&body).unwrap()["error"];
    assert_eq!(error["details"].as_array().unwrap().len(), 100);
    assert_eq!(error["details_total"], 10_000);
    assert_eq!(error["details_by_code"], serde_json::json!({ "invalid_date": 10_000 }));
    let rest = "9,900 more: 9,900 dates that cannot be read";
    assert!(error["message"].as_str().unwrap().contains(rest), "{}", error["message"]);
    let page = shown_page(&server, submit(&server, file.into_bytes()).await).await;
    assert!(page.len() < 150_000, "{} bytes of page", page.len());
}

/// Starts an upload but leaves it unfinished: sends the request headers and `megabytes` MB of the
/// body, but not the last 10 KB.
async fn begin_upload(server: &TestServer, megabytes: usize) -> TcpStream {
    let address = server.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {PORTFOLIOS} HTTP/1.1\r\nHost: {address}\r\nContent-Type: multipart/form-data; boundary=X\r\n\
         Content-Length: {}\r\n\r\n--X\r\nContent-Disposition: form-data; name=\"csv_file\"; filename=\"a.csv\"\r\n\r\n",
        megabytes * 1_000_000 + 10_000
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = vec![b'#'; 1_000_000];
    for _ in 0..megabytes {
        // If the server rejects the upload, it stops reading the body, so this write fails or times
        // out.
        if !matches!(timeout(Duration::from_secs(5), stream.write_all(&chunk)).await, Ok(Ok(()))) {
            break;
        }
    }
    stream
}

#[tokio::test]
async fn bounds_the_bytes_of_unfinished_uploads() {
    let server = warm_process().await;
    let before = server.memory("VmRSS");
    let mut uploads = Vec::new();
    for _ in 0..24 {
        uploads.push(begin_upload(&server, 9).await);
    }
    let held = server.memory("VmRSS").saturating_sub(before);
    println!("24 unfinished uploads hold {held} bytes");
    assert!(held < 80 * MEGABYTE, "{held} bytes");

    let mut refused = 0;
    for stream in &mut uploads {
        let mut response = [0; 12];
        let read = timeout(Duration::from_millis(20), stream.read(&mut response)).await;
        refused += usize::from(read.is_ok());
    }
    assert!(refused >= 20, "{refused} uploads were refused");
    assert_eq!(server.upload("Small", "", THREE_POSITIONS).await.status(), 201, "small uploads are still accepted");
}

#[tokio::test]
async fn accepts_newcomers_despite_silent_connections() {
    let mut server = TestServer::new(Script::default(), Vec::new());
    server.set_descriptor_limit(256);
    server.spawn();
    server.wait_until_ready().await;
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(timeout(Duration::from_secs(5), TcpStream::connect(&address)).await.unwrap().unwrap());
    }
    let fresh = reqwest::Client::new();
    let list = fresh.get(format!("{}{PORTFOLIOS}", server.base)).timeout(Duration::from_secs(5)).send().await;
    assert_eq!(list.expect("a new client gets a response").status(), 200);
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.process_id())).unwrap().count();
    println!("{open} descriptors of 256 are open");
    assert!(open < 240, "{open} descriptors are open");
}

#[tokio::test]
async fn refuses_forms_with_long_or_excess_fields() {
    let server = TestServer::start().await;
    let send = async |form: Form| {
        let request = server.client.post(format!("{}{PORTFOLIOS}", server.base)).multipart(form);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap()["error"]["code"].clone())
    };
    let with_name = |length| form(&"x".repeat(length), THREE_POSITIONS);
    assert_eq!(send(with_name(4_096)).await, (422, "invalid_portfolio".into()));
    assert_eq!(send(with_name(4_097)).await, (413, "too_large".into()));
    let with_fields = |count| (2..count).fold(form(" ", THREE_POSITIONS), |form, _| form.text("other", "x"));
    assert_eq!(send(with_fields(20)).await, (422, "invalid_portfolio".into()));
    assert_eq!(send(with_fields(21)).await, (400, "malformed_body".into()));
}
