//! The application over a real socket, as a browser or another program meets it. The modules mirror the routes.

mod analytics;
mod attempts;
mod harness;
mod logs;
mod pages;
mod portfolios;
mod restart;
#[path = "../support/scripted.rs"]
mod scripted;
mod status;
