//! HTTP tests. They send requests to the whole application over a real socket, as browsers and API
//! clients do. Most modules are named after the route or behavior they test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![allow(clippy::float_cmp, reason = "exact results are compared bit for bit")]

mod activity;
mod admins;
mod analytics;
mod attempts;
mod bounds;
mod clock_skew;
mod corrections;
mod cross_site;
mod files;
mod findings;
mod forwarded;
mod gaps;
mod harness;
mod home_actions;
mod home_page;
mod hostile_load;
mod idempotency;
mod issuer;
mod junk_symbols;
mod jwks;
mod landmarks;
mod large;
mod limits;
mod links;
mod live_data;
mod live_load;
mod logs;
mod long_logs;
mod openapi;
mod options;
mod outages;
mod page_frame;
mod pages;
mod paging;
mod panics;
mod portfolios;
mod previews;
mod price_files;
mod quotas;
mod recordings;
mod reference;
mod refusals;
mod restart;
mod results_page;
mod routes_by_role;
mod security_txt;
mod shared;
mod sign_in;
mod status;
mod support;
mod tokens;
mod watchers;
