//! What a client does, and what it may conclude from the answer.

use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use super::{Mine, Place, Writer};
use crate::crm::euros;

impl Writer {
    pub(super) async fn create_contact(&mut self) {
        let fields = self.contact();
        let answer = self.done(Method::POST, "/v1/records/contact".to_owned(), Some(json!(fields))).await;
        assert_eq!(answer.status(), 201, "{answer:?}");
        self.acknowledge(answer.position(), vec![("record.created", answer.id())]);
        self.keep(answer.json(), "contact", 1, fields);
    }

    pub(super) async fn create_deal(&mut self) {
        let contact = if self.dice.chance(70) { self.live("contact") } else { None };
        let fields = self.deal(json!(contact));
        let answer = self.done(Method::POST, "/v1/records/deal".to_owned(), Some(json!(fields))).await;
        self.acknowledge(answer.position(), vec![("record.created", answer.id())]);
        self.keep(answer.json(), "deal", 1, fields);
    }

    pub(super) async fn change_deal(&mut self) {
        let Some(id) = self.live("deal") else { return };
        let contact = self.mine(&id).fields["contact"].clone();
        let fields = self.deal(contact);
        self.change("deal", id, fields).await;
    }

    pub(super) async fn change_contact(&mut self) {
        let Some(id) = self.live("contact") else { return };
        let fields = self.contact();
        self.change("contact", id, fields).await;
    }

    async fn change(&mut self, object: &'static str, id: String, fields: Map<String, Json>) {
        let version = self.mine(&id).version + 1;
        let answer =
            self.done(Method::PATCH, format!("/v1/records/{object}/{id}"), Some(json!(fields))).await;
        // Done twice, it would be another version.
        assert_eq!(answer.json()["version"], version, "{answer:?}");
        self.acknowledge(answer.position(), vec![("record.updated", id)]);
        self.keep(answer.json(), object, version, fields);
    }

    pub(super) async fn upsert_contact(&mut self) {
        let known = self.live("contact");
        let mut fields = self.contact();
        let email = match &known {
            Some(id) => self.mine(id).fields["email"].clone(),
            None => fields["email"].clone(),
        };
        fields.insert("email".to_owned(), email.clone());
        let path = format!("/v1/records/contact/by/email/{}", email.as_str().unwrap());
        let answer = self.done(Method::PUT, path, Some(json!(fields))).await;
        let (status, version, kind) = match &known {
            Some(id) => (200, self.mine(id).version + 1, "record.updated"),
            None => (201, 1, "record.created"),
        };
        assert_eq!(
            (answer.status(), answer.json()["version"].as_i64()),
            (status, Some(version)),
            "{answer:?}"
        );
        self.acknowledge(answer.position(), vec![(kind, answer.id())]);
        self.keep(answer.json(), "contact", version, fields);
    }

    pub(super) async fn delete(&mut self) {
        let object = if self.dice.chance(50) { "contact" } else { "deal" };
        let Some(id) = self.live(object) else { return };
        let answer = self.done(Method::DELETE, format!("/v1/records/{object}/{id}"), None).await;
        assert_eq!(answer.status(), 204, "{answer:?}");
        let gone = self.with_its_deals(&id);
        for other in &gone {
            let mine = self.mine(other);
            mine.version += 1;
            mine.place = Place::Trash(id.clone());
        }
        self.acknowledge(answer.position(), gone.into_iter().map(|id| ("record.deleted", id)).collect());
    }

    pub(super) async fn restore(&mut self) {
        let records = &self.ledger.records;
        let can_return = |id: &String, mine: &Mine| {
            let contact = mine.fields.get("contact").and_then(Json::as_str);
            let has_contact = contact.is_none_or(|contact| records[contact].place == Place::Live);
            mine.place == Place::Trash(id.clone()) && has_contact
        };
        let ids: Vec<String> =
            records.iter().filter(|(id, mine)| can_return(id, mine)).map(|(id, _)| id.clone()).collect();
        let Some(id) = ids.get(self.dice.below(ids.len().max(1))).cloned() else { return };
        let object = self.mine(&id).object;
        let answer = self.done(Method::POST, format!("/v1/records/{object}/{id}/restore"), None).await;
        let place = Place::Trash(id.clone());
        let mut back = Vec::new();
        for (other, mine) in &mut self.ledger.records {
            if mine.place == place {
                mine.version += 1;
                mine.place = Place::Live;
                back.push(("record.restored", other.clone()));
            }
        }
        assert_eq!(answer.json()["version"], self.mine(&id).version, "{answer:?}");
        self.acknowledge(answer.position(), back);
    }

    pub(super) async fn purge(&mut self) {
        let object = if self.dice.chance(30) { "contact" } else { "deal" };
        let Some(id) = self.some(|mine| mine.object == object && mine.place != Place::Purged) else { return };
        let is_live = self.mine(&id).place == Place::Live;
        let path = format!("/v1/records/{object}/{id}?hard=true");
        let answer = self.done(Method::DELETE, path, None).await;
        let gone = if is_live { self.with_its_deals(&id) } else { vec![id] };
        for id in &gone {
            self.mine(id).place = Place::Purged;
        }
        self.acknowledge(answer.position(), gone.into_iter().map(|id| ("record.purged", id)).collect());
    }

    /// A contact with its deals, and a change of a deal that was there before.
    pub(super) async fn batch(&mut self) {
        let contact = self.contact();
        let deals: Vec<_> = (0..=self.dice.below(3)).map(|_| self.deal(json!({"$ref": "it"}))).collect();
        let other = self.live("deal");
        let seats = self.fresh();
        let mut operations =
            vec![json!({"op": "create", "object": "contact", "as": "it", "record": contact})];
        operations.extend(deals.iter().map(|deal| json!({"op": "create", "object": "deal", "record": deal})));
        if let Some(id) = &other {
            operations.push(json!({"op": "update", "object": "deal", "id": id, "record": {"seats": seats}}));
        }
        let body = json!({ "operations": operations });
        let answer = self.done(Method::POST, "/v1/batch".to_owned(), Some(body)).await;
        let results = answer.json()["results"].as_array().unwrap().clone();
        assert_eq!(results.len(), operations.len(), "{answer:?}");
        let id = |index: usize| results[index]["id"].as_str().unwrap().to_owned();
        let mut changes = vec![("record.created", id(0))];
        self.keep(&results[0], "contact", 1, contact);
        for (index, mut deal) in deals.into_iter().enumerate() {
            deal.insert("contact".to_owned(), json!(id(0)));
            self.keep(&results[index + 1], "deal", 1, deal);
            changes.push(("record.created", id(index + 1)));
        }
        if let Some(id) = other {
            let mine = self.mine(&id);
            mine.version += 1;
            mine.fields.insert("seats".to_owned(), json!(seats));
            assert_eq!(results.last().unwrap()["version"], mine.version, "{answer:?}");
            changes.push(("record.updated", id));
        }
        self.acknowledge(answer.position(), changes);
    }

    /// A batch whose last operation fails: nothing of it may ever be seen.
    pub(super) async fn refused_batch(&mut self) {
        let (contact, deal) = (self.contact(), self.deal(json!("nobody")));
        let operations = json!([
            {"op": "create", "object": "contact", "record": contact},
            {"op": "create", "object": "deal", "record": deal},
        ]);
        let body = json!({ "operations": operations });
        let (_, answer) = self.write(Method::POST, "/v1/batch".to_owned(), Some(body)).await;
        assert_eq!(answer.status(), 422, "{answer:?}");
    }

    /// Adds a field and uses it in the very next request, or purges it.
    pub(super) async fn change_schema(&mut self) {
        let fields = "/v1/schema/objects/deal/fields";
        let nobody = String::new();
        if let Some(name) = self.extra.take() {
            let answer = self.done(Method::DELETE, format!("{fields}/{name}?hard=true"), None).await;
            assert_eq!(answer.status(), 200, "{answer:?}");
            self.acknowledge(answer.position(), vec![("schema.changed", nobody)]);
            for mine in self.ledger.records.values_mut() {
                mine.fields.shift_remove(&name);
            }
            return;
        }
        let name = format!("extra{}", self.fresh());
        let definition = json!({"name": name, "type": "integer"});
        let answer = self.done(Method::POST, fields.to_owned(), Some(definition)).await;
        assert_eq!(answer.json()["name"], name, "{answer:?}");
        self.acknowledge(answer.position(), vec![("schema.changed", nobody)]);
        self.extra = Some(name);
        self.create_deal().await;
    }

    fn keep(&mut self, answer: &Json, object: &'static str, version: i64, fields: Map<String, Json>) {
        let id = answer["id"].as_str().unwrap().to_owned();
        self.ledger.records.insert(id, Mine { object, version, fields, place: Place::Live });
    }

    /// A record and, when it is a contact, the live deals that go with it.
    fn with_its_deals(&self, id: &str) -> Vec<String> {
        let goes = |mine: &Mine| mine.place == Place::Live && mine.fields.get("contact") == Some(&json!(id));
        let deals = self.ledger.records.iter().filter(|(_, mine)| goes(mine)).map(|(id, _)| id.clone());
        deals.chain([id.to_owned()]).collect()
    }

    fn contact(&mut self) -> Map<String, Json> {
        let number = self.fresh();
        let stage = *self.dice.pick(&["lead", "won", "lost"]);
        let company = self.company();
        members(json!({
            "full_name": format!("contact {number} of {}", self.number),
            "email": format!("{number}.{}@example.com", self.number),
            "company": company,
            "stage": stage,
        }))
    }

    fn deal(&mut self, contact: Json) -> Map<String, Json> {
        let number = self.fresh();
        let company = self.company();
        let mut deal = members(json!({
            "title": format!("deal {number}"),
            "amount": euros(&format!("{number}.{:02}", number % 100)),
            "seats": number,
            "company": company,
            "contact": contact,
        }));
        deal.extend(self.extra.clone().map(|name| (name, json!(number))));
        deal
    }

    fn company(&mut self) -> Json {
        if self.dice.chance(85) { json!(self.dice.pick(&self.companies)) } else { Json::Null }
    }
}

fn members(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}
