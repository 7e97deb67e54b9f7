//! Tests two parts of the home page: the description of the sample data, and the list *Your
//! portfolios*.

use serde_json::Value;

use crate::harness::{THREE_POSITIONS, TestServer};

/// Returns the HTML of the home page without the comments that Leptos inserts between text nodes.
async fn home(server: &TestServer) -> String {
    server.get("/").await.text().await.unwrap().replace("<!>", "")
}

async fn set_up(server: &TestServer, name: &str, csv: &str) {
    let created: Value = server.upload(name, "", csv).await.json().await.unwrap();
    server.wait_for_end(created["portfolio_id"].as_str().unwrap()).await;
}

#[tokio::test]
async fn describes_sample_data_to_people() {
    let html = home(&TestServer::start().await).await;
    for words in [
        "<time datetime=\"2019-12-31\">Dec 31, 2019</time> to <time datetime=\"2022-12-28\">Dec 28, 2022</time>.",
        " Don't base investment decisions on them.",
        "use these symbols and entry dates up to Dec 28, 2022:",
        "Later dates need live prices, which this server doesn't have.",
        "No portfolios yet. Upload one above, or try the sample.",
    ] {
        assert!(html.contains(words), "{words} is missing from {html}");
    }
}

#[tokio::test]
async fn counts_warnings_of_ready_portfolios() {
    let server = TestServer::start().await;
    let one_symbol = "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,10,120.5,2021-03-08\n";
    set_up(&server, "Alone", one_symbol).await;
    // The words lead to the warnings, on the page of the setup.
    assert!(home(&server).await.contains("#warnings-title\">Ready \u{b7} 1 warning</a>"), "{}", home(&server).await);
    set_up(&server, "Without warnings", THREE_POSITIONS).await;
    assert!(home(&server).await.contains("<span>Ready</span>"), "{}", home(&server).await);
}
