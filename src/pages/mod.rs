//! The page that comes to life in the browser. The others are rendered by the server alone: see `server::pages`.

pub mod progress;
