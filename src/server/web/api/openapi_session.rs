//! Adds the security schemes and session errors to every operation in the OpenAPI document that
//! needs a session, so that the routes need not repeat them.

use utoipa::openapi::{
    Components, Content, OpenApi, Ref, RefOr, Response, ResponseBuilder,
    path::{Operation, PathItem},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

/// Names of the two security schemes: a Bearer token and a session cookie.
const BEARER: &str = "bearer";
const COOKIE: &str = "cookie";

/// Marks every operation in the document as requiring a session, and adds the error responses that
/// any such operation may return.
pub fn require(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, patch, .. } = item;
        for operation in [&mut *get, put, post, delete, patch].into_iter().flatten() {
            require_session(operation);
        }
        for operation in [put, post, delete, patch].into_iter().flatten() {
            add(
                operation,
                "403",
                "`impersonation_read_only`: the session impersonates another user and may only read; `cross_site`: another site sent the request",
            );
        }
    }
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("__session"));
    components.add_security_scheme(COOKIE, SecurityScheme::ApiKey(cookie));
}

fn require_session(operation: &mut Operation) {
    let scheme = |name| SecurityRequirement::new(name, Vec::<String>::new());
    operation.security = Some(vec![scheme(BEARER), scheme(COOKIE)]);
    add(operation, "401", "`unauthenticated`: no session, or an invalid one; `session_expired`");
    add(operation, "429", "`too_many_requests`, or `too_many_runs` when starting a setup; with `Retry-After`");
    add(operation, "500", "`internal_error`; the server's log has the cause under the `id`");
    add(
        operation,
        "503",
        "`sign_in_unavailable`: sessions cannot be verified yet; `store_unavailable`: the database is busy",
    );
}

fn add(operation: &mut Operation, status: &str, description: &str) {
    let content = Content::new(Some(Ref::from_schema_name("ErrorBody")));
    let response: Response =
        ResponseBuilder::new().description(description).content("application/json", content).build();
    operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
}
