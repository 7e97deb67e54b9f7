//! Parses the values of environment variables, and reports invalid values to the operator.

use std::str::FromStr;

/// Description, for error messages, of the accepted values of a setting that is a count.
pub(super) const AT_LEAST_ONE: &str = "a whole number of at least 1";

/// An interest rate per year, as a fraction from 0 to 0.5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AnnualRate(pub f64);

impl FromStr for AnnualRate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let rate = text.parse().ok().filter(|rate| (0.0..=0.5).contains(rate));
        rate.map(Self).ok_or(())
    }
}

/// Parses the environment variable `name`, if it is set. If its value is invalid, adds a message
/// with the accepted values to `problems`.
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

/// Reads an environment variable that contains the target of a link: a URL or a path on this
/// server.
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

/// Replaces the user name and password in a URL with an ellipsis.
pub(super) fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}
