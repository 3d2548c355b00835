//! Where a record comes from when another system had it first: its id there, when it was
//! made and changed there, and by whom.

mod id_map;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::fault::{Code, Fault, Faults};
use crate::id::UserId;
use crate::journal::Actor;
use crate::limits::SOURCE_ID_LENGTH_MAX;
use crate::time::Timestamp;
use crate::value::nfc;

pub use id_map::IdMap;

/// The id of a thing in another system. Two are the same only letter by letter, as the ids
/// of many systems differ in case alone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "RawSourceId")]
pub struct SourceId {
    system: Box<str>,
    object: Box<str>,
    id: Box<str>,
}

/// A source id before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSourceId {
    system: String,
    object: String,
    id: String,
}

impl TryFrom<RawSourceId> for SourceId {
    type Error = String;

    fn try_from(raw: RawSourceId) -> Result<Self, String> {
        Self::new(&raw.system, &raw.object, &raw.id).map_err(|fault| fault.message)
    }
}

impl SourceId {
    /// The members of its form on the wire.
    pub const MEMBERS: [&'static str; 3] = ["system", "object", "id"];

    /// The id of a thing of some kind in some system.
    ///
    /// # Errors
    /// The first part that is empty, too long, or has a control character; it is pointed at.
    pub fn new(system: &str, object: &str, id: &str) -> Result<Self, Fault> {
        Ok(Self { system: part("system", system)?, object: part("object", object)?, id: part("id", id)? })
    }

    /// Reads `{"system": "…", "object": "…", "id": "…"}`.
    ///
    /// # Errors
    /// Every member that is missing, not known, or not such a part; each is pointed at.
    pub fn read(given: &Json) -> Result<Self, Faults> {
        let Some(members) = given.as_object() else {
            let message = "a source id is an object of `system`, `object` and `id`";
            return Err(vec![Fault::new(Code::InvalidType, message)]);
        };
        Self::of_members(members)
    }

    /// The same of the members themselves.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn of_members(members: &Map<String, Json>) -> Result<Self, Faults> {
        let mut faults = unknown_members(members, &Self::MEMBERS);
        let parts = Self::MEMBERS.map(|name| match members.get(name) {
            Some(Json::String(text)) => part(name, text),
            Some(_) => {
                Err(Fault::new(Code::InvalidType, format!("`{name}` of a source id is a string")).at(name))
            }
            None => {
                let message = format!("a source id has `system`, `object` and `id`; `{name}` is missing");
                Err(Fault::new(Code::Required, message).at(name))
            }
        });
        let [system, object, id] = parts.map(|part| part.map_err(|fault| faults.push(fault)));
        match (system, object, id) {
            (Ok(system), Ok(object), Ok(id)) if faults.is_empty() => Ok(Self { system, object, id }),
            _ => Err(faults),
        }
    }

    /// The system's name, as whoever imports from it calls it.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.system
    }

    /// What kind of thing it is there: the name of a table or of an object.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Its id among those of its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As it stands on the wire.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({ "system": self.system, "object": self.object, "id": self.id })
    }

    /// The user id that stands for this thing where it is the author of something: the same
    /// in every tenant, and made of nothing but the source id, so that importing again finds
    /// the same author (a UUIDv8 of RFC 9562, from SHA-256).
    #[must_use]
    pub fn user(&self) -> UserId {
        let mut hash = Sha256::new();
        hash.update(b"kith source author 1");
        for part in [&self.system, &self.object, &self.id] {
            // The length goes first: no two ids run together into the same bytes.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let hash: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        UserId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// When a record was made and changed in the system that it comes from, and by whom there.
/// What is absent is Kith's own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stamps {
    /// When it was made; heeded where a record is made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// Who made it; heeded where a record is made.
    pub created_by: Option<Author>,
    /// Who last changed it.
    pub updated_by: Option<Author>,
}

/// Who did something in another system.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Author {
    /// Somebody that Kith knows.
    Actor(Actor),
    /// Somebody by the id in the other system.
    Source(SourceId),
}

impl Author {
    /// As whom the author stands in a record.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Actor(actor) => *actor,
            Self::Source(source) => Actor::User(source.user()),
        }
    }

    /// Reads `"user_…"`, `"token_…"` or a source id.
    fn read(given: &Json) -> Result<Self, Faults> {
        match given {
            Json::String(text) => text.parse().map(Self::Actor).map_err(|error| {
                let fault = Fault::new(Code::InvalidValue, error.to_string());
                vec![fault.hint("write `user_…`, `token_…`, or an object of `system`, `object` and `id`")]
            }),
            Json::Object(members) => SourceId::of_members(members).map(Self::Source),
            _ => {
                let message = "an author is an id, or an object of `system`, `object` and `id`";
                Err(vec![Fault::new(Code::InvalidType, message)])
            }
        }
    }
}

impl Stamps {
    /// The members of its form on the wire.
    pub const MEMBERS: [&'static str; 4] = ["created_at", "updated_at", "created_by", "updated_by"];

    /// Reads `{"created_at": "…", "updated_at": "…", "created_by": …, "updated_by": …}`; each
    /// may be absent or null.
    ///
    /// # Errors
    /// Every member that is not known or cannot be read; each is pointed at.
    pub fn read(given: &Json) -> Result<Self, Faults> {
        let Some(members) = given.as_object() else {
            let message = "`stamps` is an object of times and authors";
            return Err(vec![Fault::new(Code::InvalidType, message)]);
        };
        let mut faults = unknown_members(members, &Self::MEMBERS);
        let given = |name: &str| members.get(name).filter(|given| !given.is_null());
        let time = |name: &str, faults: &mut Faults| {
            let at = given(name)?;
            let read = at.as_str().and_then(Timestamp::parse);
            if read.is_none() {
                let message = format!("`{name}` is a time such as `2019-04-01T09:30:00Z`");
                faults.push(Fault::new(Code::InvalidValue, message).at(name));
            }
            read
        };
        let (created_at, updated_at) = (time("created_at", &mut faults), time("updated_at", &mut faults));
        let author = |name: &str, faults: &mut Faults| match Author::read(given(name)?) {
            Ok(author) => Some(author),
            Err(found) => {
                faults.extend(found.into_iter().map(|fault| fault.under(&format!("/{name}"))));
                None
            }
        };
        let (created_by, updated_by) = (author("created_by", &mut faults), author("updated_by", &mut faults));
        let stamps = Self { created_at, updated_at, created_by, updated_by };
        if faults.is_empty() { Ok(stamps) } else { Err(faults) }
    }

    /// Whether they say nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn part(name: &str, text: &str) -> Result<Box<str>, Fault> {
    let text = nfc(text);
    let problem = if text.is_empty() {
        "is empty".to_owned()
    } else if text.chars().any(char::is_control) {
        "has a control character".to_owned()
    } else if text.chars().count() > SOURCE_ID_LENGTH_MAX {
        format!("has more than {SOURCE_ID_LENGTH_MAX} characters")
    } else {
        return Ok(text.into());
    };
    Err(Fault::new(Code::InvalidValue, format!("`{name}` of a source id {problem}")).at(name))
}

fn unknown_members(members: &Map<String, Json>, known: &[&'static str]) -> Faults {
    let unknown = members.keys().filter(|name| !known.contains(&name.as_str()));
    let fault = |name: &String| {
        let shown: String = name.chars().take(100).collect();
        let fault = Fault::new(Code::UnknownMember, format!("`{shown}` is not known here")).at(name);
        fault.did_you_mean(name, known.iter().copied())
    };
    unknown.map(fault).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Author, SourceId, Stamps};
    use crate::fault::Code;

    #[test]
    fn authors_stay_the_same_and_differ_by_every_part() {
        let user = |system: &str, object: &str, id: &str| SourceId::new(system, object, id).unwrap().user();
        let one = user("salesforce", "User", "005A");
        assert_eq!(one, user("salesforce", "User", "005A"));
        assert_eq!(one.0.get_version_num(), 8);
        for other in [user("salesforce", "User", "005a"), user("salesforceU", "ser", "005A")] {
            assert_ne!(one, other);
        }
        // Written down, since records keep it for ever.
        assert_eq!(one.to_string(), user("salesforce", "User", "005A").to_string());
    }

    #[test]
    fn reads_what_it_writes_and_says_what_is_wrong() {
        let source = SourceId::new("hubspot", "contact", "17").unwrap();
        assert_eq!(SourceId::read(&source.to_json()), Ok(source.clone()));
        let faults = SourceId::read(&json!({ "system": "", "objcet": "a", "id": 7 })).unwrap_err();
        let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
        assert_eq!(
            found,
            [
                (Code::UnknownMember, "/objcet"),
                (Code::InvalidValue, "/system"),
                (Code::Required, "/object"),
                (Code::InvalidType, "/id"),
            ]
        );
        let stamps = Stamps::read(&json!({
            "created_at": "2019-04-01T09:30:00+02:00", "updated_at": null, "created_by": source.to_json(),
        }))
        .unwrap();
        assert_eq!(stamps.created_at.unwrap().to_string(), "2019-04-01T07:30:00.000000Z");
        assert_eq!(stamps.created_by, Some(Author::Source(source)));
        let faults =
            Stamps::read(&json!({ "created_at": "2019-04-01", "updated_by": "nobody" })).unwrap_err();
        let found: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(found, ["/created_at", "/updated_by"]);
    }
}
