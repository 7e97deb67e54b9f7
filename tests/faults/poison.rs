//! Tests that a run fails after it has crashed three processes in a row, and that other runs
//! complete nevertheless.

use serde_json::json;

use crate::process::{POSITIONS, Server};

#[tokio::test]
async fn fails_run_that_keeps_crashing_its_server() {
    let mut server = Server::start(json!({"delay_ms": 20, "deadly": ["KO"]})).await;
    let healthy = server.create("Healthy", POSITIONS).await.unwrap();
    let poison =
        server.create("Poison", "Symbol,Quantity,Entry Price Per Share,Entry Date\nKO,1,50,2019-12-31\n").await;
    let poison = poison.unwrap();
    let mut deaths = 0;
    loop {
        let ended = tokio::select! {
            () = server.wait_for_exit() => false,
            () = tokio::time::sleep(std::time::Duration::from_secs(3)) => true,
        };
        if ended {
            break;
        }
        deaths += 1;
        assert!(deaths <= 3, "a fourth start must not compute it again");
        server.restart().await;
    }
    assert_eq!(deaths, 3);
    let status = server.wait_for_end(&poison).await;
    assert_eq!(status["error"]["code"], "crashed_repeatedly");
    assert!(status["error"]["message"].as_str().unwrap().contains("crashed 3 times"), "{status:#}");
    let other = server.wait_for_end(&healthy).await;
    assert_eq!(other["status"], "completed", "it was under way each time the server died: {other:#}");
}
