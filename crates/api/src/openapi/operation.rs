//! One operation of the document. What follows from its route (method, path, who may
//! call it, which refusals every such request can meet) is added here, once.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::routes::{Access, Method, ROUTES, Route};

/// An operation as it is described.
pub(super) struct Operation {
    route: &'static Route,
    path: String,
    id: String,
    summary: String,
    description: String,
    parameters: Vec<Json>,
    body: Option<Json>,
    answers: BTreeMap<String, Json>,
}

impl Operation {
    /// The operation of a route.
    pub(super) fn of(operation: &'static str, summary: &str) -> Self {
        // The tests hold every route against the document, so that a slip shows there.
        let route = ROUTES.iter().find(|route| route.operation == operation).unwrap_or(&ROUTES[0]);
        let this = Self {
            route,
            path: route.path.to_owned(),
            id: operation.to_owned(),
            summary: summary.to_owned(),
            description: String::new(),
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
        };
        this.with_usual_refusals()
    }

    fn with_usual_refusals(mut self) -> Self {
        let access = self.route.access;
        if matches!(access, Access::Token | Access::Tenant) {
            self = self.parameter("KithTenant");
        }
        self = self.refuses(&[400, 406]);
        if !matches!(access, Access::Open) {
            self = self.refuses(&[401]);
        }
        if access == Access::Administrator {
            self = self.refuses(&[403]);
        }
        if access != Access::Open || self.route.path.contains('{') {
            self = self.refuses(&[404]);
        }
        if self.route.method != Method::Get {
            self = self.refuses(&[413, 422, 507]);
        }
        if self.takes_a_key() {
            self = self.parameter("IdempotencyKey").refuses(&[409, 410]);
        }
        self.refuses(&[500, 503, 504])
    }

    /// Whether an idempotency key has a meaning: the answer is kept in the tenant, with
    /// the journal. What it does not cover comes to the same when it is sent again.
    fn takes_a_key(&self) -> bool {
        let operation = self.route.operation;
        let noun = operation.split('.').next().unwrap_or_default();
        self.route.method != Method::Get
            && !matches!(noun, "cursors" | "verify" | "duplicates")
            && !matches!(operation, "tenants.update" | "records.check" | "schema.plan" | "query.run")
            && !matches!(operation, "jobs.start" | "jobs.upload" | "jobs.delete" | "imports.infer")
    }

    /// The same operation at a path of its own, under a name of its own.
    pub(super) fn at(mut self, path: String, id: String) -> Self {
        self.path = path;
        self.id = id;
        self
    }

    /// What there is to say beyond the summary.
    pub(super) fn about(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// A parameter of the components.
    pub(super) fn parameter(self, name: &str) -> Self {
        self.given(json!({ "$ref": format!("#/components/parameters/{name}") }))
    }

    /// A parameter of its own.
    pub(super) fn given(mut self, parameter: Json) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A parameter of the path.
    pub(super) fn segment(self, name: &str, description: &str, schema: &Json) -> Self {
        self.given(json!({
            "name": name, "in": "path", "required": true, "description": description, "schema": schema,
        }))
    }

    /// A parameter of the query string.
    pub(super) fn query(self, name: &str, description: &str, schema: &Json) -> Self {
        self.given(json!({ "name": name, "in": "query", "description": description, "schema": schema }))
    }

    /// A read that may be told how far it must have come.
    pub(super) fn after_position(self) -> Self {
        self.parameter("KithMinPosition").refuses(&[410, 412])
    }

    /// A write that may be told which version it must find.
    pub(super) fn conditional(self) -> Self {
        self.parameter("IfMatch").refuses(&[412])
    }

    /// A page of a list.
    pub(super) fn paged(self) -> Self {
        let this = self.parameter("Limit").parameter("Cursor");
        if this.route.access == Access::Tenant { this.refuses(&[410]) } else { this }
    }

    /// A body of JSON.
    pub(super) fn body(mut self, schema: &Json, example: &Json) -> Self {
        let media = json!({ "schema": schema, "example": example });
        let mut content = Map::new();
        if self.route.method == Method::Patch {
            content.insert("application/merge-patch+json".to_owned(), media.clone());
        }
        content.insert("application/json".to_owned(), media);
        self.body = Some(json!({ "required": true, "content": content }));
        self.refuses(&[415])
    }

    /// A body of JSON that may be left out.
    pub(super) fn optional_body(self, schema: &Json, example: &Json) -> Self {
        let mut this = self.body(schema, example);
        if let Some(body) = &mut this.body {
            body["required"] = Json::Bool(false);
        }
        this
    }

    /// A body of any media types.
    pub(super) fn content(mut self, content: &Json) -> Self {
        self.body = Some(json!({ "required": true, "content": content }));
        self.refuses(&[415])
    }

    /// Refusals that can be met beyond the usual ones.
    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let answer = json!({ "$ref": format!("#/components/responses/Problem{status}") });
            self.answers.insert(status.to_string(), answer);
        }
        self
    }

    /// An answer of JSON, with headers of its own beside the usual ones.
    pub(super) fn answers(self, status: u16, description: &str, schema: &Json, headers: &[&str]) -> Self {
        self.answers_as(status, description, &json!({ "application/json": { "schema": schema } }), headers)
    }

    /// An answer without a body.
    pub(super) fn answers_empty(self, status: u16, description: &str, headers: &[&str]) -> Self {
        self.answers_as(status, description, &Json::Null, headers)
    }

    /// An answer of any media types.
    pub(super) fn answers_as(
        mut self,
        status: u16,
        description: &str,
        content: &Json,
        headers: &[&str],
    ) -> Self {
        let mut all: Vec<&str> = vec!["Kith-Request-Id", "traceparent"];
        if self.route.access == Access::Tenant || self.route.operation == "tenants.create" {
            all.extend(["Kith-Position", "Kith-History"]);
        }
        if self.takes_a_key() {
            all.push("Idempotency-Replayed");
        }
        all.extend(headers);
        let header = |name: &&str| {
            let name = (*name).to_owned();
            let reference = json!({ "$ref": format!("#/components/headers/{name}") });
            (name, reference)
        };
        let headers: Map<String, Json> = all.iter().map(header).collect();
        let mut answer = json!({ "description": description, "headers": headers });
        if !content.is_null() {
            answer["content"] = content.clone();
        }
        self.answers.insert(status.to_string(), answer);
        self
    }

    /// What can be done with what an answer shows: other operations, with the values
    /// that their parameters take from it.
    pub(super) fn leads_to(mut self, status: u16, links: Map<String, Json>) -> Self {
        if let Some(answer) = self.answers.get_mut(&status.to_string()) {
            answer["links"] = Json::Object(links);
        }
        self
    }

    /// Path, method and document.
    pub(super) fn finish(self) -> (String, String, Json) {
        let Self { route, path, id, summary, description, parameters, body, mut answers } = self;
        answers.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
        let tag = route.operation.split('.').next().unwrap_or_default();
        let mut document = Map::new();
        document.insert("operationId".to_owned(), json!(id));
        document.insert("tags".to_owned(), json!([tag]));
        document.insert("summary".to_owned(), json!(summary));
        if !description.is_empty() {
            document.insert("description".to_owned(), json!(description));
        }
        if matches!(route.access, Access::Open | Access::Optional) {
            document.insert("security".to_owned(), json!([]));
        }
        if !parameters.is_empty() {
            document.insert("parameters".to_owned(), Json::Array(parameters));
        }
        if let Some(body) = body {
            document.insert("requestBody".to_owned(), body);
        }
        document.insert("responses".to_owned(), json!(answers));
        (path, route.method.as_str().to_lowercase(), Json::Object(document))
    }
}

/// A link to an operation.
pub(super) fn link(operation: &str, parameters: &Json) -> Json {
    json!({ "operationId": operation, "parameters": parameters })
}

/// A schema of the components.
pub(super) fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
