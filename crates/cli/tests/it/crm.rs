//! A small CRM for tests that need more than one object.

use kith_testing::{Server, Tenant, field, object};
use serde_json::json;

/// A tenant with companies, contacts and deals: a contact belongs to a company (cleared
/// when it goes), a deal to a company (restricts) and to a contact (goes with it); a
/// company counts its deals and sums their amounts in euros.
pub(crate) async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    define(&tenant).await;
    tenant
}

/// Defines the objects in a tenant.
pub(crate) async fn define(tenant: &Tenant) {
    tenant.define(object("company").field(field::text("name").required().unique_in_any_case())).await;
    let contact = object("contact")
        .field(field::text("full_name").required())
        .field(field::email("email").unique())
        .field(field::reference("company", &["company"]).on_delete("clear"))
        .field(field::select("stage", &["lead", "won", "lost"]).indexed());
    tenant.define(contact).await;
    let deal = object("deal")
        .field(field::text("title"))
        .field(field::currency("amount"))
        .field(field::integer("seats"))
        .field(field::reference("company", &["company"]).on_delete("restrict"))
        .field(field::reference("contact", &["contact"]).on_delete("cascade"));
    tenant.define(deal).await;
    tenant.create_field("company", field::count("deals", "deal", "company")).created().await;
    let amount = field::sum("amount", "deal", "company", "amount").set("currency", json!("EUR"));
    tenant.create_field("company", amount).created().await;
    tenant.create_field("company", field::sum("seats", "deal", "company", "seats")).created().await;
}

/// An amount in euros.
pub(crate) fn euros(amount: &str) -> serde_json::Value {
    json!({ "amount": amount, "currency": "EUR" })
}
