//! The actions below the outcome of a run, as HTML.

use super::download_log_button::download_html;
use crate::live_page::{html::escaped, state::PageState};

/// Returns the actions of a run that is over: the given next steps, then the download of the log.
pub fn actions_html(live: &PageState, next_steps: &str) -> String {
    format!("{next_steps}<div class=\"log-download\">{}</div>", download_html(live, "Download Log"))
}

/// Returns a link that looks like a button. The URL may come from the operator's configuration.
pub fn link_html(class: &str, url: &str, label: &str) -> String {
    format!("<a class=\"{class}\" href=\"{}\">{label}</a>", escaped(url))
}

#[cfg(test)]
mod tests {
    use super::link_html;

    #[test]
    fn escapes_the_url_of_a_link() {
        assert_eq!(link_html("b", "/?a=1&b=\"<x>", "Go"), "<a class=\"b\" href=\"/?a=1&amp;b=&quot;&lt;x>\">Go</a>");
    }
}
