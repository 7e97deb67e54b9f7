//! What the document says of sessions, added to every request of one at once: none can forget it.

use utoipa::openapi::{
    Components, Content, OpenApi, Ref, RefOr, Response, ResponseBuilder,
    path::{Operation, PathItem},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

/// How the document calls the two ways to send a session.
const BEARER: &str = "bearer";
const COOKIE: &str = "cookie";

/// Says of every request in the document that it is part of a session, and what is answered where it is not.
pub fn require(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, patch, .. } = item;
        for operation in [&mut *get, put, post, delete, patch].into_iter().flatten() {
            in_session(operation);
        }
        for operation in [put, post, delete, patch].into_iter().flatten() {
            add(operation, "403", "`impersonation_read_only`: who acts as another user changes nothing; `cross_site`");
        }
    }
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("__session"));
    components.add_security_scheme(COOKIE, SecurityScheme::ApiKey(cookie));
}

fn in_session(operation: &mut Operation) {
    let scheme = |name| SecurityRequirement::new(name, Vec::<String>::new());
    operation.security = Some(vec![scheme(BEARER), scheme(COOKIE)]);
    add(operation, "401", "`unauthenticated`: no session, or a bad one; `session_expired`");
    add(operation, "429", "`too_many_requests`; where a setup is started also `too_many_runs`; with `Retry-After`");
    add(operation, "500", "`internal_error`; its `id` is in the server's log");
    add(operation, "503", "`sign_in_unavailable`: sessions cannot be verified yet; `store_unavailable`");
}

fn add(operation: &mut Operation, status: &str, description: &str) {
    let content = Content::new(Some(Ref::from_schema_name("ErrorBody")));
    let response: Response =
        ResponseBuilder::new().description(description).content("application/json", content).build();
    operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
}
