//! What the socket tests and the browser tests share: a source and a store that misbehave on request, behind the
//! same interfaces as the real ones, and a real server over a real socket.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod scripted;
