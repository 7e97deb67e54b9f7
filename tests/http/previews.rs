//! Tests previews: files that are read, shown and corrected before a portfolio starts.

use std::{str::FromStr, time::Instant};

use reqwest::{
    Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

use crate::{
    harness::{THREE_POSITIONS, TestServer, encoded, form},
    issuer::Issuer,
};

const PORTFOLIOS: &str = "/api/v1/onboarding/portfolios";
const PREVIEW: &str = "/api/v1/onboarding/portfolios/preview";
const FORM: &str = "application/x-www-form-urlencoded";
const LAYOUTS: &str = "/api/v1/onboarding/layouts";

/// A file without entry dates, so that there is a question.
const UNDATED: &str = "Symbol,Quantity,Entry Price Per Share\nAAPL,10,71.712\nMSFT,5,152.597\n";

/// A file whose third column has a name that says nothing.
const UNNAMED_PRICE: &str = "Symbol,Quantity,Zzz,Entry Date\nAAPL,10,71.712,2019-12-31\nMSFT,5,152.597,2019-12-31\n";

async fn post_form(server: &TestServer, path: &str, form: Form) -> Response {
    server.client.post(format!("{}{path}", server.base)).multipart(form).send().await.unwrap()
}

async fn preview(server: &TestServer, form: Form) -> Value {
    let response = post_form(server, PREVIEW, form).await;
    let status = response.status();
    let body = response.text().await.unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

async fn start(server: &TestServer, body: &Value) -> Response {
    server.client.post(format!("{}{PORTFOLIOS}", server.base)).json(body).send().await.unwrap()
}

async fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn location(response: &Response) -> String {
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// Sends the form of the check page.
async fn update(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = server.client.post(format!("{}{path}", server.base)).header("content-type", FORM);
    request.body(encoded(fields)).send().await.unwrap()
}

/// Submits a file on the upload page, and returns the address of its check page.
async fn check_page(server: &TestServer, csv: &str) -> String {
    let address = location(&post_form(server, "/", form("Growth", csv)).await);
    assert!(address.starts_with("/portfolios/new/"), "{address}");
    address
}

async fn count(server: &TestServer) -> usize {
    server.json(PORTFOLIOS).await.as_array().unwrap().len()
}

#[tokio::test]
async fn previews_file_without_starting_it() {
    let server = TestServer::start().await;
    let body = preview(&server, form("", UNDATED)).await;
    assert_eq!((&body["kind"], &body["can_start"]), (&json!("positions"), &json!(false)));
    let codes: Vec<_> = body["problems"].as_array().unwrap().iter().map(|problem| &problem["code"]).collect();
    assert_eq!(codes, ["entry_date_unknown"]);
    assert_eq!(body["positions"][0]["symbol"], "AAPL");
    assert_eq!(body["positions"][0]["entry_date"], Value::Null);
    assert_eq!(body["reading"]["columns"][0]["as"], "symbol");
    assert_eq!((&body["prices"]["known"], &body["prices"]["to_ask"]), (&json!(2), &json!(0)));
    assert!(body["prices"]["seconds"]["high"].is_number(), "{body}");
    assert_eq!((&body["totals"]["positions"], &body["remembered"]), (&json!(2), &Value::Null));
    assert_eq!(count(&server).await, 0);
}

#[tokio::test]
async fn starts_preview_after_its_question_is_answered() {
    let server = TestServer::start().await;
    let body = preview(&server, form("", UNDATED)).await;
    let named = json!({"preview_id": body["preview_id"], "portfolio_name": "Growth"});
    let refused = start(&server, &named).await;
    assert_eq!(refused.status(), 422);
    let error = &refused.json::<Value>().await.unwrap()["error"];
    assert_eq!(
        (&error["code"], &error["details"][0]["code"]),
        (&json!("invalid_portfolio"), &json!("entry_date_unknown"))
    );
    let mut answered = named.clone();
    answered["reading"] = body["problems"][0]["repair"]["reading"].clone();
    let started = start(&server, &answered).await;
    assert_eq!(started.status(), 201);
    let first: Value = started.json().await.unwrap();
    assert_eq!((&first["portfolio_name"], &first["attempt"]), (&json!("Growth"), &json!(1)));
    let second: Value = start(&server, &named).await.json().await.unwrap();
    assert_eq!(second["portfolio_id"], first["portfolio_id"]);
    assert_eq!(count(&server).await, 1);
    assert_eq!(server.wait_for_end(first["portfolio_id"].as_str().unwrap()).await["status"], "completed");
}

#[tokio::test]
async fn accepts_reading_as_sent_back_by_programs() {
    let server = TestServer::start().await;
    let first = preview(&server, form("", UNDATED)).await;
    let mut reading = first["reading"].clone();
    reading["assumptions"]["entry_date"] = json!("2021-03-08");
    let second = preview(&server, form("", UNDATED).text("reading", reading.to_string())).await;
    assert_eq!((&second["can_start"], &second["problems"]), (&json!(true), &json!([])));
    let refused = post_form(&server, PREVIEW, form("", UNDATED).text("reading", "{\"decimal\":7}")).await;
    assert_eq!(code(refused).await, (400, "invalid_reading".to_owned()));
}

#[tokio::test]
async fn accepts_pasted_text() {
    let server = TestServer::start().await;
    let pasted = preview(&server, Form::new().text("text", THREE_POSITIONS)).await;
    assert_eq!((&pasted["can_start"], &pasted["warnings"]), (&json!(true), &json!([])));
    let cash = json!({"preview_id": pasted["preview_id"], "portfolio_name": "Pasted", "cash_balance": 12.5});
    assert_eq!(start(&server, &cash).await.status(), 201);
}

#[tokio::test]
async fn starts_one_portfolio_from_page_and_program() {
    let mut server = TestServer::start().await;
    let body = preview(&server, form("Twice", THREE_POSITIONS)).await;
    let page = format!("/portfolios/new/{}", body["preview_id"].as_str().unwrap());
    let request = json!({"preview_id": body["preview_id"]});
    let fields = [("portfolio_name", "Twice"), ("action", "start")];
    let (by_page, again, by_program) =
        tokio::join!(update(&server, &page, &fields), update(&server, &page, &fields), start(&server, &request));
    let live = location(&by_page);
    assert_eq!(location(&again), live);
    assert_eq!(by_program.json::<Value>().await.unwrap()["progress_url"], json!(live));
    server.restart().await;
    assert_eq!(location(&update(&server, &page, &fields).await), live);
    assert_eq!(location(&server.get(&page).await), live);
    assert_eq!(count(&server).await, 1);
}

#[tokio::test]
async fn forgets_preview_with_its_deleted_portfolio() {
    let server = TestServer::start().await;
    let body = preview(&server, form("Gone", THREE_POSITIONS)).await;
    let request = json!({"preview_id": body["preview_id"]});
    let id = start(&server, &request).await.json::<Value>().await.unwrap()["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    server.client.delete(format!("{}{PORTFOLIOS}/{id}", server.base)).send().await.unwrap();
    assert_eq!(code(start(&server, &request).await).await, (404, "preview_not_found".to_owned()));
}

#[tokio::test]
async fn refuses_unknown_and_expired_previews() {
    let server = TestServer::start().await;
    for id in [json!("00000000-0000-4000-8000-000000000000"), json!("seventeen"), json!(17)] {
        let refused = start(&server, &json!({"preview_id": id, "portfolio_name": "X"})).await;
        assert_eq!(code(refused).await, (404, "preview_not_found".to_owned()), "{id}");
    }
    let body = preview(&server, form("Old", THREE_POSITIONS)).await;
    let mut database = SqliteConnectOptions::from_str(&server.database_url()).unwrap().connect().await.unwrap();
    let day = 24 * 3_600_000;
    sqlx::query("UPDATE previews SET created_ms = created_ms - ?").bind(day).execute(&mut database).await.unwrap();
    let expired = start(&server, &json!({"preview_id": body["preview_id"]})).await;
    assert_eq!(code(expired).await, (404, "preview_not_found".to_owned()));
    let page = server.get(&format!("/portfolios/new/{}", body["preview_id"].as_str().unwrap())).await;
    assert_eq!(page.status(), 404);
    assert!(page.text().await.unwrap().contains("<h1>File Not Found</h1>"));
}

#[tokio::test]
async fn hides_previews_and_files_from_other_users() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let (owner, stranger) = (issuer.token_of("user_1"), issuer.token_of("user_2"));
    let request = server.client.post(format!("{}{PREVIEW}", server.base)).multipart(form("Mine", THREE_POSITIONS));
    let body: Value = request.bearer_auth(&owner).send().await.unwrap().json().await.unwrap();
    let page = format!("{}/portfolios/new/{}", server.base, body["preview_id"].as_str().unwrap());
    assert_eq!(server.client.get(&page).bearer_auth(&stranger).send().await.unwrap().status(), 404);
    let form = [("action", "start"), ("portfolio_name", "Theirs")];
    let sent = server.client.post(&page).header("content-type", FORM).body(encoded(&form)).bearer_auth(&stranger);
    assert_eq!(sent.send().await.unwrap().status(), 404);
    let start =
        server.client.post(format!("{}{PORTFOLIOS}", server.base)).json(&json!({"preview_id": body["preview_id"]}));
    assert_eq!(start.try_clone().unwrap().bearer_auth(&stranger).send().await.unwrap().status(), 404);
    assert_eq!(start.bearer_auth(&owner).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn returns_uploaded_file_unchanged() {
    let server = TestServer::start().await;
    let bytes = format!("\u{feff}{}", THREE_POSITIONS.replace('\n', "\r\n")).into_bytes();
    let part = Part::bytes(bytes.clone()).file_name("../My \"dépôt\".csv");
    let upload = Form::new().text("portfolio_name", "Kept").part("csv_file", part);
    let created: Value = post_form(&server, PORTFOLIOS, upload).await.json().await.unwrap();
    let file = server.get(&format!("{PORTFOLIOS}/{}/file", created["portfolio_id"].as_str().unwrap())).await;
    let header = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-disposition").starts_with("attachment; filename=\"My d_p_t.csv\""));
    assert_eq!((header("cache-control"), header("x-content-type-options")), ("no-store".into(), "nosniff".into()));
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(file.bytes().await.unwrap(), bytes);
    let unknown = server.get(&format!("{PORTFOLIOS}/00000000-0000-4000-8000-000000000000/file")).await;
    assert_eq!(code(unknown).await, (404, "portfolio_not_found".to_owned()));
}

#[tokio::test]
async fn leads_file_with_question_to_check_page() {
    let server = TestServer::start().await;
    let page = check_page(&server, UNDATED).await;
    let html = server.get(&page).await.text().await.unwrap();
    assert!(html.contains("<h1>Check Your Portfolio</h1>") && html.contains("Growth"), "{html}");
    let unanswered = update(&server, &page, &[("action", "start"), ("portfolio_name", "Growth")]).await;
    assert_eq!(location(&unanswered), format!("{page}?start=refused"));
    let answered = [("action", "start"), ("portfolio_name", "Growth"), ("entry_date", "whole_window")];
    let live = location(&update(&server, &page, &answered).await);
    assert!(live.starts_with("/onboarding/progress?portfolioId="), "{live}");
    assert_eq!(server.wait_for_end(live.rsplit('=').next().unwrap()).await["status"], "completed");
}

#[tokio::test]
async fn keeps_entries_when_changing_the_file() {
    let server = TestServer::start().await;
    let page = check_page(&server, UNDATED).await;
    let fields = [("action", "change_file"), ("portfolio_name", "Kept & found"), ("cash_balance", "12.50")];
    let address = location(&update(&server, &page, &fields).await);
    let html = server.get(&address).await.text().await.unwrap();
    assert!(html.contains("Kept &amp; found") && html.contains("12.50"), "{html}");
}

#[tokio::test]
async fn repairs_file_with_one_press() {
    let server = TestServer::start().await;
    let page = check_page(&server, UNDATED).await;
    let html = server.get(&page).await.text().await.unwrap();
    let id = html.split_once("name=\"repair\" value=\"").unwrap().1.split('"').next().unwrap();
    assert_eq!(location(&update(&server, &page, &[("repair", id)]).await), page);
    let html = server.get(&page).await.text().await.unwrap();
    assert!(!html.contains("name=\"repair\""), "{html}");
    assert_eq!(location(&update(&server, &page, &[("repair", id)]).await), page, "an outdated button does nothing");
}

#[tokio::test]
async fn asks_for_missing_name_at_the_start() {
    let server = TestServer::start().await;
    let page = location(&post_form(&server, "/portfolios/new", form("", THREE_POSITIONS)).await);
    assert!(!server.get(&page).await.text().await.unwrap().contains("The portfolio has no name"));
    let refused = location(&update(&server, &page, &[("action", "start")]).await);
    assert!(server.get(&refused).await.text().await.unwrap().contains("The portfolio has no name"));
    assert_eq!(count(&server).await, 0);
}

#[tokio::test]
async fn shows_form_again_without_usable_file() {
    let server = TestServer::start().await;
    for (path, file) in [("/portfolios/new", None), ("/portfolios/new", Some("%PDF-1.7\n")), ("/", Some("%PDF-1.7\n"))]
    {
        let empty = Form::new().text("portfolio_name", "Kept");
        let form = match file {
            Some(file) => empty.part("csv_file", Part::bytes(file.as_bytes()).file_name("a.pdf")),
            None => empty,
        };
        let response = post_form(&server, path, form).await;
        assert_eq!(response.status(), 422, "{path} {file:?}");
        let html = response.text().await.unwrap();
        assert!(html.contains("class=\"problems\"") && html.contains("Kept"), "{html}");
    }
}

#[tokio::test]
async fn previews_file_that_form_cannot_keep() {
    let server = TestServer::start().await;
    let windows = [b"# caf\xe9\n".as_slice(), THREE_POSITIONS.as_bytes()].concat();
    let address = location(&post_form(&server, "/", form("", windows)).await);
    assert!(server.get(&address).await.text().await.unwrap().contains("The portfolio has no name"));
}

#[tokio::test]
async fn reports_typed_value_it_cannot_read() {
    let server = TestServer::start().await;
    let page = check_page(&server, UNDATED).await;
    let response = update(&server, &page, &[("entry_date", "date"), ("entry_date_on", "soon")]).await;
    assert_eq!(response.status(), 422);
    assert!(response.text().await.unwrap().contains("enter one as YYYY-MM-DD"));
    let too_long = "x".repeat(65 * 1024);
    assert_eq!(update(&server, &page, &[("portfolio_name", &too_long)]).await.status(), 413);
}

#[tokio::test]
async fn remembers_layout_that_was_mapped() {
    let server = TestServer::start().await;
    let page = check_page(&server, UNNAMED_PRICE).await;
    let fields = [("column_2", "entry_price"), ("action", "start"), ("portfolio_name", "Mapped")];
    let live = location(&update(&server, &page, &fields).await);
    assert!(live.starts_with("/onboarding/progress"), "{live}");
    let layouts = server.json(LAYOUTS).await;
    assert_eq!(layouts[0]["name"], "Symbol, Quantity, Zzz");
    let again = preview(&server, form("", UNNAMED_PRICE)).await;
    assert_eq!((&again["remembered"], &again["can_start"]), (&layouts[0]["layout_id"], &json!(true)));
    assert_eq!(again["positions"][1]["entry_price"], 152.597);
    let url = format!("{}{LAYOUTS}", server.base);
    let one = format!("{url}/{}", layouts[0]["layout_id"].as_str().unwrap());
    assert_eq!(server.client.delete(&one).send().await.unwrap().status(), 204);
    assert_eq!(server.client.delete(&one).send().await.unwrap().status(), 404);
    assert_eq!(preview(&server, form("", UNNAMED_PRICE)).await["remembered"], Value::Null);
    assert_eq!(server.client.delete(&url).send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn shows_file_read_with_remembered_layout() {
    let server = TestServer::start().await;
    let mapped = [("column_2", "entry_price"), ("action", "start"), ("portfolio_name", "Mapped")];
    let page = check_page(&server, UNNAMED_PRICE).await;
    location(&update(&server, &page, &mapped).await);
    let id = server.json(LAYOUTS).await[0]["layout_id"].as_str().unwrap().to_owned();
    let page = check_page(&server, UNNAMED_PRICE).await;
    assert_eq!(location(&update(&server, &page, &[("forget_layout", &id)]).await), page);
    assert_eq!(server.json(LAYOUTS).await, json!([]));
}

#[tokio::test]
async fn remembers_no_layout_the_reader_found() {
    let server = TestServer::start().await;
    let body = preview(&server, form("Template", THREE_POSITIONS)).await;
    let request = json!({"preview_id": body["preview_id"], "reading": body["reading"]});
    assert_eq!(start(&server, &request).await.status(), 201);
    assert_eq!(server.json(LAYOUTS).await, json!([]));
}

#[tokio::test]
async fn renames_finished_portfolio() {
    let server = TestServer::start().await;
    let id = server.create("Old").await;
    server.wait_for_end(&id).await;
    let url = format!("{}{PORTFOLIOS}/{id}", server.base);
    let rename = |name: &str| server.client.patch(&url).json(&json!({"portfolio_name": name})).send();
    assert_eq!(rename(" New ").await.unwrap().json::<Value>().await.unwrap()["portfolio_name"], "New");
    assert_eq!(server.status(&id).await["portfolio_name"], "New");
    assert_eq!(code(rename(" ").await.unwrap()).await, (422, "invalid_portfolio".to_owned()));
}

#[tokio::test]
async fn answers_ten_thousand_wrong_dates_briefly() {
    let server = TestServer::start().await;
    let rows: Vec<String> = (0..10_000).map(|row| format!("AAPL,{},71.7,never\n", row + 1)).collect();
    let rows = rows.concat();
    let csv = format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{rows}");
    let began = Instant::now();
    let response = post_form(&server, PREVIEW, form("Many", csv.clone())).await;
    let body: Value = response.json().await.unwrap();
    println!("preview: {:?}", began.elapsed());
    assert_eq!(body["problems"].as_array().unwrap().len(), 1, "{}", body["problems"]);
    assert_eq!(body["problems"][0]["count"], 10_000);
    assert_eq!(body["problems"][0]["examples"].as_array().unwrap().len(), 3);
    let page = check_page(&server, &csv).await;
    let began = Instant::now();
    let html = server.get(&page).await.text().await.unwrap();
    println!("page: {:?}, {} bytes", began.elapsed(), html.len());
    assert!(html.len() < 150_000, "{}", html.len());
}

/// Returns the positions of a preview that have no counterpart in the expected file. Values are
/// compared in the tests of the reader; this test compares what only the API can lose.
fn unexpected(body: &Value, expected: &Value) -> Vec<String> {
    let key =
        |position: &Value| json!([position["rows"], position["symbol"], position["quantity"].as_f64()]).to_string();
    let wanted: Vec<String> = expected["positions"].as_array().unwrap().iter().map(key).collect();
    body["positions"].as_array().unwrap().iter().map(key).filter(|found| !wanted.contains(found)).collect()
}

#[tokio::test]
async fn previews_every_file_of_the_cases() {
    let server = TestServer::start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/positions/cases");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        count += 1;
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let body = preview(&server, form("", std::fs::read(&path).unwrap())).await;
        let has_questions = !body["problems"].as_array().unwrap().is_empty();
        assert_eq!(body["can_start"], json!(!has_questions), "{name}");
        assert!(!body["positions"].as_array().unwrap().is_empty(), "{name}: {body}");
        if let Ok(expected) = std::fs::read_to_string(path.with_extension("expected.json")) {
            let unexpected = unexpected(&body, &serde_json::from_str(&expected).unwrap());
            assert_eq!(unexpected, Vec::<String>::new(), "{name}");
        }
    }
    assert!(count > 14);
}
