//! HTML as strings, for parts of the page that do not change once they are shown. A view of as many
//! elements would add kilobytes to the WebAssembly.

/// Escapes text from outside for the content of an element or for an attribute in double quotes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Returns a paragraph with this text, or nothing without a text.
pub fn paragraph(text: Option<String>) -> String {
    text.map(|text| format!("<p>{}</p>", escaped(&text))).unwrap_or_default()
}

/// Returns the texts as list items.
pub fn list_items(texts: &[String]) -> String {
    let mut html = String::new();
    for text in texts {
        html.extend(["<li>", &escaped(text), "</li>"]);
    }
    html
}

#[cfg(test)]
mod tests {
    use super::{escaped, list_items, paragraph};

    #[test]
    fn escapes_text_from_outside() {
        assert_eq!(escaped("<script>\"&"), "&lt;script>&quot;&amp;");
        assert_eq!(paragraph(Some("a<b".to_owned())), "<p>a&lt;b</p>");
        assert_eq!(paragraph(None), "");
        assert_eq!(list_items(&["a".to_owned(), "<".to_owned()]), "<li>a</li><li>&lt;</li>");
    }
}
