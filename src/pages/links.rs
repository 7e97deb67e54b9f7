//! The page *Share Progress*: the read-only links of a portfolio.

use leptos::{either::Either, prelude::*};
use uuid::Uuid;

use super::qr_code::QrCodeImage;
use crate::server::{store::Link, util::clock};

/// The data of the page.
pub struct LinksView {
    pub portfolio_id: Uuid,
    pub portfolio_name: String,
    /// The links that work, newest first.
    pub links: Vec<Link>,
    /// The link that was just made.
    pub made: Option<LinkUrl>,
    /// Why no link was made.
    pub refusal: Option<String>,
    /// Why the viewer cannot make links; `None` if they can.
    pub read_only: Option<&'static str>,
    /// Whether the server can only be reached from its own machine.
    pub is_local: bool,
}

/// The address of a link. It is shown only once.
pub struct LinkUrl {
    pub url: String,
    pub expires_ms: i64,
}

/// The lifetimes that the form offers, in hours.
const LIFETIMES: [(u32, &str); 3] = [(1, "1 hour"), (24, "24 hours"), (168, "7 days")];

/// The page *Share Progress*.
#[component]
pub fn LinksPage(view: LinksView) -> impl IntoView {
    let LinksView { portfolio_id, portfolio_name, links, made, refusal, read_only, is_local } = view;
    let local = is_local.then(|| {
        view! {
            <p class="small sample">
                "Development mode: links open only on this computer, not on a phone."
            </p>
        }
    });
    let refusal = refusal.map(|refusal| {
        view! {
            <section class="failure" role="alert" aria-labelledby="refusal-title">
                <h2 id="refusal-title">"No link was made"</h2>
                <p>{refusal}</p>
            </section>
        }
    });
    let form = match read_only {
        Some(reason) => Either::Left(view! { <p class="small">{reason}</p> }),
        None => Either::Right(view! { <MakeLink portfolio_id/> }),
    };
    view! {
        <main>
            <p class="small breadcrumb">
                <a href="/">"All portfolios"</a>
                " / "
                <a href=format!("/onboarding/progress?portfolioId={portfolio_id}")>{portfolio_name}</a>
            </p>
            <h1>"Share Progress"</h1>
            <p class="lead">
                "Anyone with a link can follow this setup without signing in. They see the portfolio's name, the phases and \
                 the log, which names your symbols; never quantities, values, results or your file."
            </p>
            {local}
            {refusal}
            {made.map(|made| view! { <NewLinkCard made/> })}
            {form}
            <LinkList portfolio_id links can_take_back=read_only.is_none()/>
        </main>
    }
}

/// The form that makes a link.
#[component]
fn MakeLink(portfolio_id: Uuid) -> impl IntoView {
    let options = LIFETIMES
        .map(|(hours, label)| view! { <option value=hours.to_string() selected=hours == 24>{label}</option> })
        .collect_view();
    view! {
        <form class="card" method="post" action=format!("/portfolios/{portfolio_id}/links") aria-labelledby="make-title">
            <h2 id="make-title">"Make a new link"</h2>
            <div class="field">
                <label for="lifetime">"Works for"</label>
                <select id="lifetime" name="expires_in_hours">{options}</select>
            </div>
            <button class="button primary" type="submit">"Make a link"</button>
        </form>
    }
}

/// The link that was just made, as text and as a QR code.
#[component]
fn NewLinkCard(made: LinkUrl) -> impl IntoView {
    let LinkUrl { url, expires_ms } = made;
    view! {
        <section class="card" aria-labelledby="made-title">
            <h2 id="made-title">"Your link is ready"</h2>
            <p>"Copy it now: it isn't shown again. It works until "<Moment ms=expires_ms/>"."</p>
            <div class="field">
                <label for="url">"Link to copy"</label>
                <input id="url" class="copyable" type="text" readonly value=url.clone()/>
            </div>
            <p><a href=url.clone()>"Open the shared page"</a></p>
            <h3>"Follow on my phone"</h3>
            <p class="small">"Point the phone's camera at the code."</p>
            <QrCodeImage text=url label="QR code of the link"/>
        </section>
    }
}

/// The links that work, each with its expiry and a button that takes it back.
#[component]
fn LinkList(portfolio_id: Uuid, links: Vec<Link>, can_take_back: bool) -> impl IntoView {
    if links.is_empty() {
        return Either::Left(view! { <p>"No links work right now."</p> });
    }
    let items = links
        .into_iter()
        .map(|link| {
            let label = format!("Take back the link made {}", clock::page_time(link.created_ms));
            let take_back = can_take_back.then(|| {
                view! {
                    <form method="post" action=format!("/portfolios/{portfolio_id}/links/{}/delete", link.id)>
                        <button class="button tool" type="submit" aria-label=label>"Take back"</button>
                    </form>
                }
            });
            view! {
                <li>
                    <span>"Made "<Moment ms=link.created_ms/></span>
                    <span>"Works until "<Moment ms=link.expires_ms/></span>
                    {take_back}
                </li>
            }
        })
        .collect_view();
    Either::Right(view! {
        <section class="card" aria-labelledby="links-title">
            <h2 id="links-title">"Links that work"</h2>
            <ul class="links">{items}</ul>
        </section>
    })
}

/// A time in UTC, to the minute.
#[component]
pub fn Moment(ms: i64) -> impl IntoView {
    view! { <time datetime=clock::rfc3339(ms)>{clock::page_time(ms)}</time> }
}
