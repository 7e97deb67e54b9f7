//! What only a browser can do: clocks, scrolling, and the polling loop. On the server each of them does nothing.

#[cfg(feature = "hydrate")]
mod in_browser;
#[cfg(not(feature = "hydrate"))]
mod on_server;

#[cfg(feature = "hydrate")]
pub use in_browser::{is_at_end, keep_alive, local_clock, page_data, scroll_to_end};
#[cfg(not(feature = "hydrate"))]
pub use on_server::{is_at_end, keep_alive, local_clock, scroll_to_end};
