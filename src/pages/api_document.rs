//! The API reference page, generated from the OpenAPI document. It lists every endpoint with its
//! parameters and responses, and all schemas. The page loads no scripts, and no files from other
//! servers.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;

/// The API reference page for the given OpenAPI document.
#[component]
pub fn ApiDocumentPage(document: Arc<Value>) -> impl IntoView {
    let operations = operations(&document).map(|(method, path, operation)| operation_view(method, path, operation));
    let schemas = members(&document["components"]["schemas"]).map(|(name, schema)| schema_view(name, schema));
    let (operations, schemas) = (operations.collect_view(), schemas.collect_view());
    let description = text(&document["info"]["description"]);
    view! {
        <main>
            <h1>"API reference"</h1>
            <p class="lead">{description}</p>
            <p><a href="/api/openapi.json">"OpenAPI document (JSON)"</a></p>
            <section class="card" aria-labelledby="requests">
                <h2 id="requests">"Endpoints"</h2>
                {operations}
            </section>
            <section class="card" aria-labelledby="objects">
                <h2 id="objects">"Schemas"</h2>
                {schemas}
            </section>
        </main>
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    members(&document["paths"])
        .flat_map(|(path, methods)| members(methods).map(move |(method, operation)| (method, path, operation)))
}

fn operation_view(method: &str, path: &str, operation: &Value) -> impl IntoView + use<> {
    let row = |first: String, second: String| view! { <li><code>{first}</code>": "{second}</li> };
    let parameters = items(&operation["parameters"]).map(|parameter| {
        let place = format!("{} ({})", text(&parameter["name"]), text(&parameter["in"]));
        row(place, text(&parameter["description"]))
    });
    let responses = members(&operation["responses"]).map(|(status, response)| {
        row(status.clone(), format!("{}{}", text(&response["description"]), body_schema(response)))
    });
    let (parameters, responses) = (parameters.collect_view(), responses.collect_view());
    view! {
        <h3><code>{format!("{} {path}", method.to_uppercase())}</code></h3>
        <p>{text(&operation["summary"])}" "{text(&operation["description"])}</p>
        <ul>{parameters}</ul>
        <p>"Responses"</p>
        <ul>{responses}</ul>
    }
}

/// Returns the schema name of a response's body in parentheses, or an empty string if the response
/// has no body.
fn body_schema(response: &Value) -> String {
    let schemas = members(&response["content"]).map(|(_, content)| type_name(&content["schema"]));
    let names: Vec<String> = schemas.filter(|name| !name.is_empty()).collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(" or ")) }
}

fn schema_view(name: &str, schema: &Value) -> impl IntoView + use<> {
    let properties = members(&schema["properties"]).map(|(property, schema)| {
        view! {
            <li><code>{property.clone()}</code>{format!(" ({}): {}", type_name(schema), text(&schema["description"]))}</li>
        }
    });
    let values: Vec<String> = items(&schema["enum"]).map(text).collect();
    let values = (!values.is_empty()).then(|| view! { <p>{format!("One of {}.", values.join(", "))}</p> });
    let properties = properties.collect_view();
    view! {
        <h3>{name.to_owned()}</h3>
        <p>{text(&schema["description"])}</p>
        {values}
        <ul>{properties}</ul>
    }
}

/// Describes the type of a schema in words, such as "list of Phase" or "integer or null".
fn type_name(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if schema["type"] == "array" {
        return format!("list of {}", type_name(&schema["items"]));
    }
    let choices: Vec<String> = items(&schema["oneOf"]).chain(items(&schema["type"])).map(type_name).collect();
    match schema {
        _ if !choices.is_empty() => choices.join(" or "),
        Value::String(name) => name.clone(),
        _ => text(&schema["type"]),
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Returns a string from the OpenAPI document, without its Markdown backticks.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::type_name;

    #[test]
    fn names_types_in_words() {
        for (schema, name) in [
            (json!({"type": "string"}), "string"),
            (json!({"type": ["integer", "null"]}), "integer or null"),
            (json!({"$ref": "#/components/schemas/Phase"}), "Phase"),
            (json!({"type": "array", "items": {"$ref": "#/components/schemas/Phase"}}), "list of Phase"),
            (json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Phase"}]}), "null or Phase"),
        ] {
            assert_eq!(type_name(&schema), name);
        }
    }
}
