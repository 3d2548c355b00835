//! The document as a whole.

use std::sync::LazyLock;

use axum::body::Bytes;
use kith_model::catalog::Catalog;
use kith_model::id::TenantId;
use serde_json::{Map, Value as Json, json};

use crate::openapi::names::Names;
use crate::openapi::paths::Paths;
use crate::openapi::{
    actions, batch, changes, components, cursors, definition, duplicates, identity, imports, jobs, query,
    records, schema, service, tasks, typed,
};

/// What the document is about.
const ABOUT: &str = "Kith, the CRM whose primary contract is its API. Every change of a tenant is one \
    transaction of its journal; every answer says where in it the answer stands (`Kith-Position`).";

static GENERIC: LazyLock<Json> = LazyLock::new(|| {
    let mut paths = common(&definition::name());
    records::describe(&mut paths);
    batch::describe(&mut paths, &batch::generic());
    let mut schemas = components::schemas();
    schemas.extend(records::schemas());
    assemble(paths, schemas, components::parameters(None))
});

/// The document for no tenant in particular: records are objects of any members.
#[must_use]
pub fn generic() -> &'static Json {
    &GENERIC
}

/// The same as text.
pub(crate) fn generic_text() -> Bytes {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(GENERIC.to_string()));
    TEXT.clone()
}

/// The document of one tenant: its objects with their fields.
pub(super) fn of_tenant(tenant: TenantId, catalog: &Catalog) -> Json {
    let names = Names::of(catalog);
    let mut paths = common(&typed::object_name(catalog));
    let mut schemas = components::schemas();
    for object in catalog.visible() {
        typed::describe(&mut paths, object, &names, catalog);
        schemas.extend(typed::schemas(object, &names, catalog));
    }
    batch::describe(&mut paths, &batch::typed(catalog, &names));
    assemble(paths, schemas, components::parameters(Some(tenant)))
}

/// What is the same in both, given what the name of an object may be.
fn common(object: &Json) -> Paths {
    let mut paths = Paths::default();
    service::describe(&mut paths);
    identity::describe(&mut paths);
    schema::describe(&mut paths);
    actions::describe(&mut paths);
    changes::describe(&mut paths, object);
    cursors::describe(&mut paths);
    duplicates::describe(&mut paths, object);
    query::describe(&mut paths);
    tasks::describe(&mut paths);
    jobs::describe(&mut paths, object);
    imports::describe(&mut paths);
    paths
}

fn assemble(paths: Paths, schemas: Map<String, Json>, parameters: Json) -> Json {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kith",
            "version": "1",
            "summary": "Records, schema, journal and change stream of a tenant",
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "tags": components::tags(),
        "paths": paths.finish(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A tenant's token (`kith_t_…`), or an administrator's with `Kith-Tenant`.",
                },
            },
            "parameters": parameters,
            "headers": components::headers(),
            "responses": components::responses(),
            "schemas": schemas,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kith_model::journal::SchemaVersion;
    use kith_model::schema::{self, SchemaChange};
    use kith_model::time::Timestamp;

    use super::*;
    use crate::routes::ROUTES;

    #[test]
    fn describes_every_route_and_no_other() {
        let document = generic();
        for route in ROUTES {
            let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], route.operation, "{} {}", route.method.as_str(), route.path);
        }
        let described: usize =
            document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
        assert_eq!(described, ROUTES.len());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        for document in [generic(), &of_tenant(TenantId(uuid()), &catalog())] {
            let mut references = BTreeSet::new();
            collect(document, &mut references);
            for reference in references {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
        }
    }

    #[test]
    fn types_the_records_of_a_tenant() {
        let document = of_tenant(TenantId(uuid()), &catalog());
        let create = &document["components"]["schemas"]["ContactCreate"];
        assert_eq!(create["required"], json!(["full_name"]));
        assert_eq!(create["properties"]["full_name"]["type"], "string");
        assert_eq!(create["properties"]["email"]["type"], json!(["string", "null"]));
        assert!(create["properties"].get("number").is_none(), "Kith sets it");
        assert_eq!(document["components"]["schemas"]["Contact"]["properties"]["number"]["readOnly"], true);
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths["/v1/records/contact"]["post"]["operationId"], "records.contact.create");
        assert!(paths.contains_key("/v1/records/contact/by/email/{value}"));
        assert!(!paths.contains_key("/v1/records/{object}"));
    }

    #[test]
    fn names_no_two_operations_alike() {
        let document = of_tenant(TenantId(uuid()), &catalog());
        let mut names = BTreeSet::new();
        for methods in document["paths"].as_object().unwrap().values() {
            for operation in methods.as_object().unwrap().values() {
                assert!(names.insert(operation["operationId"].as_str().unwrap()), "{operation}");
            }
        }
    }

    fn uuid<T: std::str::FromStr<Err: std::fmt::Debug>>() -> T {
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b".parse().unwrap()
    }

    fn catalog() -> Catalog {
        let company = json!({"name": "company", "fields": [{"name": "name", "type": "text"}]});
        let contact = json!({"name": "contact", "fields": [
            {"name": "full_name", "type": "text", "required": true},
            {"name": "email", "type": "email", "unique": true},
            {"name": "company", "type": "reference", "to": ["company", "contact"]},
            {"name": "stage", "type": "select", "options": ["lead", "won"], "default": "lead"},
            {"name": "worth", "type": "currency"},
            {"name": "number", "type": "auto_number", "prefix": "C-"},
        ]});
        [company, contact].into_iter().fold(Catalog::default(), |catalog, input| {
            let Json::Object(input) = input else { unreachable!() };
            let next = SchemaVersion(catalog.version().0 + 1);
            let decision =
                schema::decide(&catalog, &SchemaChange::CreateObject(input), next, Timestamp(0)).unwrap();
            catalog.with(next, decision.definitions)
        })
    }

    fn collect(value: &Json, into: &mut BTreeSet<String>) {
        match value {
            Json::Object(members) => {
                for (name, member) in members {
                    match member.as_str() {
                        Some(text) if name == "$ref" && text.starts_with('#') => {
                            into.insert(text.to_owned());
                        }
                        _ => collect(member, into),
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| collect(item, into)),
            _ => {}
        }
    }
}
