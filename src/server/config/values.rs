//! From the text of a variable to a value, or to a sentence about the problem.

use std::str::FromStr;

/// The values accepted for a count.
pub(super) const AT_LEAST_ONE: &str = "a whole number of at least 1";

/// Parses the variable `name`, if it is set. Adds a problem that names what is accepted.
pub(super) fn parsed<T: FromStr>(
    get: &impl Fn(&str) -> Option<String>,
    name: &str,
    accepted: &str,
    problems: &mut Vec<String>,
) -> Option<T> {
    let value = get(name)?;
    let parsed = value.trim().parse().ok();
    if parsed.is_none() {
        problems.push(format!("{name}={value} is not accepted. Accepted: {accepted}."));
    }
    parsed
}

/// Reads an address that a link may lead to.
pub(super) fn web_address(
    get: &impl Fn(&str) -> Option<String>,
    name: &str,
    problems: &mut Vec<String>,
) -> Option<String> {
    let url = get(name)?;
    if !["https://", "http://", "/"].iter().any(|start| url.starts_with(start)) {
        problems.push(format!(
            "{name}={url} is not accepted. Accepted: an address that starts with https://, http:// or /."
        ));
    }
    Some(url)
}

/// Removes what stands before the host of an address: it may hold a password.
pub(super) fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}
