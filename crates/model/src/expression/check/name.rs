//! Names: fields of the record, of `old`, and of records behind references.

use super::{Checker, Checking};
use crate::catalog::{Definition, FieldKind};
use crate::expression::functions::{self, is_property};
use crate::expression::kind::Type;
use crate::expression::path::{Name, Path, Read, SystemField};
use crate::expression::place::{Mistake, shown};
use crate::expression::syntax::{Form, Id, Word};
use crate::expression::tree::{Node, NodeId};
use crate::fault::near_miss;
use crate::id::{FieldNo, ObjectNo};

/// The word for the record before the write.
pub(super) const OLD: &str = "old";

/// What a chain of names leads to: one path, or one for each object that a reference on
/// the way can lead to.
struct Route {
    paths: Vec<Path>,
    kind: Type,
    names: Vec<Name>,
    /// Whether it is `old` itself.
    is_old: bool,
}

/// A member of one object.
struct Found {
    read: Read,
    kind: Type,
    name: Option<Name>,
}

/// What a name can be.
enum Lead {
    Route(Route),
    /// Something else than a chain of fields.
    Other,
    /// A mistake was noted.
    Wrong,
}

impl<'a, 'c> Checker<'a, 'c> {
    /// A name, or a member of something.
    pub(super) fn name(&mut self, id: Id) -> Checking {
        match self.lead(id) {
            Lead::Route(route) => self.read(route, id),
            Lead::Wrong => None,
            Lead::Other => match &self.syntax.nodes[id].form {
                Form::Member(of, word) => self.property(*of, word, id),
                Form::Name(word) => {
                    let depth = self.elements.iter().rposition(|element| *element == word.text)?;
                    self.add(Node::Element(u8::try_from(depth).ok()?), Type::Text)
                }
                _ => None,
            },
        }
    }

    fn read(&mut self, route: Route, id: Id) -> Checking {
        let mut places = Vec::with_capacity(route.paths.len());
        for path in route.paths {
            let place = self.reads.iter().position(|read| *read == path).unwrap_or_else(|| {
                self.reads.push(path);
                self.reads.len() - 1
            });
            let Ok(place) = u16::try_from(place) else {
                return self.wrong(Mistake::new(self.span(id), "the expression reads too much"));
            };
            places.push(place);
        }
        self.names.extend(route.names);
        match places.as_slice() {
            [one] => self.add(Node::Read(*one), route.kind),
            _ => self.add(Node::ReadAny(places.into()), route.kind),
        }
    }

    fn lead(&mut self, id: Id) -> Lead {
        let syntax = self.syntax;
        match &syntax.nodes[id].form {
            Form::Name(word) => self.own(word),
            Form::Member(of, word) => match self.lead(*of) {
                Lead::Route(route) if matches!(route.kind, Type::Record { .. }) => self.behind(route, word),
                Lead::Route(_) | Lead::Other => Lead::Other,
                Lead::Wrong => Lead::Wrong,
            },
            _ => Lead::Other,
        }
    }

    /// A member of the record itself, an element, or `old`.
    fn own(&mut self, word: &Word<'a>) -> Lead {
        let own = self.surroundings.object;
        if !word.quoted && self.elements.contains(&word.text) {
            return Lead::Other;
        }
        if !word.quoted && word.text == OLD && self.allowed().old {
            let id =
                Path { via: Vec::new(), object: own.number, read: Read::System(SystemField::Id), old: true };
            let kind = Type::Record { objects: vec![own.number] };
            return Lead::Route(Route { paths: vec![id], kind, names: Vec::new(), is_old: true });
        }
        match find(own, word) {
            Some(found) => Lead::Route(Route {
                paths: vec![Path { via: Vec::new(), object: own.number, read: found.read, old: false }],
                kind: found.kind,
                names: found.name.into_iter().collect(),
                is_old: false,
            }),
            None => self.lost(own, word),
        }
    }

    /// A member of `old`, or of the records that a reference leads to.
    fn behind(&mut self, route: Route, word: &Word<'a>) -> Lead {
        if route.is_old {
            let own = self.surroundings.object;
            let Some(found) = find(own, word) else { return self.lost(own, word) };
            let path = Path { via: Vec::new(), object: own.number, read: found.read, old: true };
            let names = found.name.into_iter().collect();
            return Lead::Route(Route { paths: vec![path], kind: found.kind, names, is_old: false });
        }
        if let Some(refusal) = self.refusal(&route) {
            self.mistakes.push(Mistake::new(word.span, refusal));
            return Lead::Wrong;
        }
        let mut further = Route { paths: Vec::new(), kind: Type::Null, names: route.names, is_old: false };
        for path in &route.paths {
            let Read::Field(reference) = path.read else { continue };
            for target in self.targets(path.object, reference) {
                let Some(found) = find(target, word) else { return self.lost(target, word) };
                let mut via = path.via.clone();
                via.push(reference);
                further.paths.push(Path { via, object: target.number, read: found.read, old: false });
                further.names.extend(found.name);
                let Some(kind) = joined(&further.kind, &found.kind) else {
                    let message =
                        format!("{} is of different types in the objects it can be of", shown(word.text));
                    self.mistakes.push(Mistake::new(word.span, message));
                    return Lead::Wrong;
                };
                further.kind = kind;
            }
        }
        if further.paths.is_empty() {
            let message = "what is referred to was removed, and has no fields";
            self.mistakes.push(Mistake::new(word.span, message));
            return Lead::Wrong;
        }
        Lead::Route(further)
    }

    /// Why nothing behind a reference can be read.
    fn refusal(&self, route: &Route) -> Option<String> {
        let first = route.paths.first()?;
        let depth = self.allowed().paths;
        if first.old {
            return Some("what `old` refers to cannot be read, only where it leads".to_owned());
        }
        if first.read == Read::System(SystemField::Id) {
            return Some("an id has no members".to_owned());
        }
        (first.via.len() >= usize::from(depth)).then(|| match depth {
            0 => "fields behind a reference cannot be read here".to_owned(),
            _ => format!("fields can be read at most {depth} references away"),
        })
    }

    fn targets(&self, object: ObjectNo, reference: FieldNo) -> Vec<&'c Definition> {
        let fields = self.definition(object).map_or(&[][..], |definition| &definition.fields);
        let Some(FieldKind::Reference { to, .. }) =
            fields.iter().find(|field| field.number == reference).map(|field| &field.kind)
        else {
            return Vec::new();
        };
        let found = to.iter().filter_map(|target| self.definition(*target));
        found.filter(|definition| definition.removed.is_none() && !definition.dropped).collect()
    }

    fn lost(&mut self, object: &'c Definition, word: &Word<'a>) -> Lead {
        let mistake = Mistake::new(word.span, format!("`{}` has no field {}", object.name, shown(word.text)));
        let visible = object.fields.iter().filter(|field| field.is_visible());
        let system = SystemField::ALL.into_iter().map(|member| -> &str { member.name() });
        let names = visible.map(|field| field.name.as_str()).chain(system);
        let hint = if word.text == OLD {
            Some("`old` can be used in rules only".to_owned())
        } else if functions::ALL.iter().any(|function| function.name == word.text) {
            Some(format!("call the function: `{}(…)`", word.text))
        } else if word.text == self.surroundings.object.name {
            Some("fields of the record stand for themselves, without the object's name".to_owned())
        } else {
            near_miss(word.text, names).map(|meant| format!("did you mean `{meant}`?"))
        };
        self.mistakes.push(match hint {
            Some(hint) => mistake.hint(hint),
            None => mistake,
        });
        Lead::Wrong
    }

    /// `.amount` and `.currency` of money that is no field, or of one.
    fn property(&mut self, of: Id, word: &Word<'a>, id: Id) -> Checking {
        let node = self.check(of)?;
        if is_property(word.text) && matches!(self.tree.kind(node), Type::Money { .. } | Type::Null) {
            return self.call_checked(word, &[of], vec![node], self.span(id));
        }
        let mistake = self.no_member(node, word);
        self.wrong(mistake)
    }

    fn no_member(&self, node: NodeId, word: &Word<'_>) -> Mistake {
        let kind = self.tree.kind(node);
        let mistake = Mistake::new(word.span, format!("{kind} has no member {}", shown(word.text)));
        match kind {
            Type::Money { .. } => mistake.hint("money has `.amount` and `.currency`"),
            Type::Record { .. } => mistake.hint("write the reference itself before the `.`"),
            _ => mistake,
        }
    }
}

/// The type of what is found in one of several objects.
fn joined(one: &Type, other: &Type) -> Option<Type> {
    match (one, other) {
        (Type::Null, _) | (Type::Record { .. }, Type::Record { .. }) => one.with(other),
        _ => (one == other).then(|| other.clone()),
    }
}

/// A member by name: a field's present name goes before another's earlier one.
fn find(object: &Definition, word: &Word<'_>) -> Option<Found> {
    let visible = || object.fields.iter().filter(|field| field.is_visible());
    let present = visible().find(|field| field.name == word.text);
    if let Some(field) = present.or_else(|| visible().find(|field| field.answers_to(word.text))) {
        let name = Name {
            start: word.span.start,
            end: word.span.end,
            object: object.number,
            field: field.number,
            alias: field.name != word.text,
        };
        return Some(Found { read: Read::Field(field.number), kind: Type::of(field), name: Some(name) });
    }
    let system = SystemField::ALL.into_iter().find(|member| member.name() == word.text)?;
    let kind = match system {
        SystemField::Id => Type::Record { objects: vec![object.number] },
        SystemField::Version => Type::Integer,
        SystemField::CreatedAt | SystemField::UpdatedAt => Type::Datetime,
        SystemField::CreatedBy | SystemField::UpdatedBy | SystemField::Owner => Type::Text,
    };
    Some(Found { read: Read::System(system), kind, name: None })
}
