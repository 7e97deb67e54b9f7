//! Memory, connections and answers stay small whatever is sent: measured on the program as a
//! process of its own.

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

/// What a file of ten megabytes may cost above the memory that the server needs anyway.
const MOST_MEMORY: u64 = 64 * MEGABYTE;

async fn process() -> TestServer {
    let server = TestServer::in_a_process(Vec::new()).await;
    // Whatever is set up by the first upload is no part of what a file costs.
    assert_eq!(server.upload("First", "", THREE_POSITIONS).await.status(), 201);
    server
}

async fn submit(server: &TestServer, csv: Vec<u8>) -> Response {
    server.client.post(format!("{}/", server.base)).multipart(form("Big", csv)).send().await.unwrap()
}

/// Lines of this text up to 9.9 MB.
fn repeated(start: &str, text: &str) -> Vec<u8> {
    let mut file = start.as_bytes().to_vec();
    while file.len() + text.len() < 9_900_000 {
        file.extend_from_slice(text.as_bytes());
    }
    file
}

#[tokio::test]
async fn reads_ten_megabytes_of_anything_in_little_memory() {
    // As many rows as a file may have.
    let row = format!("A,{},soon,later\n", "x".repeat(985));
    let files = [
        ("commas", repeated("", &",".repeat(100_000))),
        ("one wide row", repeated(HEADER, &"A,".repeat(50_000))),
        ("an open quotation mark", repeated(&format!("{HEADER}\""), &"a".repeat(100_000))),
        ("wrong rows", repeated(HEADER, &row)),
        ("old line ends", repeated("Symbol\r", &"# comment\r".repeat(1_000))),
        ("signs that HTML escapes", repeated(HEADER, &format!("{}\n", "&".repeat(1_000)))),
    ];
    for (what, file) in files {
        let server = process().await;
        let before = server.memory("VmHWM");
        let program = server.client.post(format!("{}{PORTFOLIOS}", server.base)).multipart(form("Big", file.clone()));
        assert_eq!(program.send().await.unwrap().status(), 422, "{what}");
        let page = submit(&server, file).await;
        assert_eq!(page.status(), 422, "{what}");
        let page = page.bytes().await.unwrap().len() as u64;
        let grown = server.memory("VmHWM") - before;
        println!("{what}: {grown} bytes of memory, {page} bytes of page");
        assert!(grown < MOST_MEMORY, "{what}: {grown} bytes");
        assert!(page < 2 * MEGABYTE, "{what}: a page of {page} bytes");
    }
}

#[tokio::test]
async fn answers_small_wrong_file_with_small_page() {
    let server = TestServer::start().await;
    let file = format!("{HEADER}{}", ",,x,\n".repeat(9_000)).into_bytes();
    assert!(file.len() < 190_000);
    let page = submit(&server, file.clone()).await;
    assert_eq!(page.status(), 422);
    let page = page.text().await.unwrap();
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
    println!("{} bytes of answer", body.len());
    let error = &serde_json::from_str::<Value>(&body).unwrap()["error"];
    assert_eq!(error["details"].as_array().unwrap().len(), 100);
    assert_eq!(error["details_total"], 10_000);
    assert_eq!(error["details_by_code"], serde_json::json!({ "invalid_date": 10_000 }));
    let rest = "9,900 more: 9,900 dates that cannot be read";
    assert!(error["message"].as_str().unwrap().contains(rest), "{}", error["message"]);
    let page = submit(&server, file.into_bytes()).await.text().await.unwrap();
    assert!(page.contains("10,000 problems to correct") && page.contains(rest));
    assert_eq!(page.matches("<li><span class=\"strong\">").count(), 100);
}

/// The head of an upload and all of its body but the end.
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
        // A refused upload is not read to its end.
        if !matches!(timeout(Duration::from_secs(5), stream.write_all(&chunk)).await, Ok(Ok(()))) {
            break;
        }
    }
    stream
}

#[tokio::test]
async fn bounds_the_bytes_of_unfinished_uploads() {
    let server = process().await;
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
        let mut answer = [0; 12];
        let read = timeout(Duration::from_millis(20), stream.read(&mut answer)).await;
        refused += usize::from(read.is_ok());
    }
    assert!(refused >= 20, "{refused} were refused");
    assert_eq!(server.upload("Small", "", THREE_POSITIONS).await.status(), 201, "a small one is taken all the same");
}

#[tokio::test]
async fn accepts_newcomers_despite_silent_connections() {
    let mut server = TestServer::new(Script::default(), Vec::new());
    server.set_descriptors(256);
    server.spawn();
    server.until_ready().await;
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(timeout(Duration::from_secs(5), TcpStream::connect(&address)).await.unwrap().unwrap());
    }
    let fresh = reqwest::Client::new();
    let list = fresh.get(format!("{}{PORTFOLIOS}", server.base)).timeout(Duration::from_secs(5)).send().await;
    assert_eq!(list.expect("a newcomer is answered").status(), 200);
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.process_id())).unwrap().count();
    println!("{open} descriptors of 256 are open");
    assert!(open < 240, "{open} descriptors are open");
}

#[tokio::test]
async fn refuses_forms_with_too_much_beside_the_file() {
    let server = TestServer::start().await;
    let send = async |form: Form| {
        let request = server.client.post(format!("{}{PORTFOLIOS}", server.base)).multipart(form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["error"]["code"].clone())
    };
    let named = |length| form(&"x".repeat(length), THREE_POSITIONS);
    assert_eq!(send(named(4_096)).await, (422, "invalid_portfolio".into()));
    assert_eq!(send(named(4_097)).await, (413, "too_large".into()));
    let with_fields = |count| (2..count).fold(form(" ", THREE_POSITIONS), |form, _| form.text("other", "x"));
    assert_eq!(send(with_fields(20)).await, (422, "invalid_portfolio".into()));
    assert_eq!(send(with_fields(21)).await, (400, "malformed_body".into()));
}
