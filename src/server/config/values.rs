//! Parses the texts of environment variables, and describes invalid ones to the operator.

use std::str::FromStr;

/// Description of the accepted values of a count, for error messages.
pub(super) const AT_LEAST_ONE: &str = "a whole number of at least 1";

/// Parses the variable `name`, if it is set. For an invalid value, adds a problem that names the
/// accepted values.
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

/// Reads an address for a link: a web address or a path on this server.
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

/// Hides the user name and password of an address.
pub(super) fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}
