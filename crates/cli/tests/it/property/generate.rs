//! Random operations: mostly ones that can succeed, with enough that cannot.

use serde_json::json;

use super::operation::{
    Action, Fields, Given, Guard, Operation, RecordOperation, SchemaOperation, Target, key_name,
};
use super::universe::{self, Kind, OBJECTS, ObjectPlan, Sample, sample};
use crate::dice::Dice;

/// Requests that are sent at the same time.
pub(super) type Step = Vec<Operation>;

/// So many steps; `burst_percent` of them of several requests at once.
pub(super) fn steps(dice: &mut Dice, count: usize, burst_percent: usize) -> Vec<Step> {
    let mut steps = vec![populate(dice)];
    steps.extend(roll_up(dice));
    while steps.len() < count {
        let size = if dice.chance(burst_percent) { 2 + dice.below(5) } else { 1 };
        steps.push((0..size).map(|_| operation(dice)).collect());
    }
    drop_once(&mut steps);
    steps
}

/// An object of a name that was used before has another prefix, which the model does not
/// know: what was dropped stays dropped.
fn drop_once(steps: &mut [Step]) {
    let mut is_dropped = false;
    for step in steps {
        step.retain(|operation| match operation {
            Operation::Schema(SchemaOperation::DropObject { .. }) => {
                !std::mem::replace(&mut is_dropped, true)
            }
            Operation::Schema(SchemaOperation::CreateObject(_)) => !is_dropped,
            Operation::Record(_) | Operation::Batch { .. } | Operation::Schema(_) => true,
        });
    }
}

/// Records to begin with, so that the first operations find some.
fn populate(dice: &mut Dice) -> Step {
    let objects = [&OBJECTS[0], &OBJECTS[0], &OBJECTS[0], &OBJECTS[1], &OBJECTS[1], &OBJECTS[2]];
    let create = |object: &&'static ObjectPlan| RecordOperation {
        object: object.name,
        action: Action::Create(fields(object, dice, true, &[])),
        label: None,
    };
    vec![Operation::Batch { atomic: false, operations: objects.iter().map(create).collect() }]
}

/// Roll-ups to begin with, those that others are computed over before these.
fn roll_up(dice: &mut Dice) -> Vec<Step> {
    let create = |object, field| {
        vec![Operation::Schema(SchemaOperation::CreateField { object, field, required: false })]
    };
    let mut steps = vec![];
    if dice.chance(50) {
        steps.push(vec![Operation::Schema(SchemaOperation::CreateObject("note"))]);
    }
    for plan in [universe::object("deal"), universe::object("contact"), universe::object("company")] {
        for field in plan.fields.iter().filter(|field| !field.given) {
            if dice.chance(if field.kind.is_rollup() { 40 } else { 25 }) {
                steps.push(create(plan.name, field.name));
            }
        }
    }
    steps
}

fn operation(dice: &mut Dice) -> Operation {
    match dice.below(100) {
        0..=69 => Operation::Record(record_operation(dice, &mut Vec::new(), false)),
        70..=89 => batch(dice),
        _ => Operation::Schema(schema_operation(dice)),
    }
}

/// A batch: some at random, some of the kinds that are known to be hard.
fn batch(dice: &mut Dice) -> Operation {
    let mut labels = Vec::new();
    let operations = match dice.below(4) {
        0 => swap(dice),
        1 => free_and_reuse(dice),
        _ => (0..1 + dice.below(7)).map(|_| record_operation(dice, &mut labels, true)).collect(),
    };
    Operation::Batch { atomic: dice.chance(60), operations }
}

/// Two records exchange a unique value, by way of a third or none.
fn swap(dice: &mut Dice) -> Vec<RecordOperation> {
    let (one, other) = (Target::Live(dice.below(50)), Target::Live(dice.below(50)));
    let (a, b) = (json!(dice.below(60)), json!(dice.below(60)));
    let set = |target: &Target, value: &serde_json::Value| RecordOperation {
        object: "company",
        action: Action::Update(target.clone(), vec![("code", Given::Value(plain(value)))], Guard::None),
        label: None,
    };
    let mut operations = vec![set(&one, &a), set(&other, &b)];
    if dice.chance(50) {
        operations.push(set(&one, &json!(null)));
    }
    operations.extend([set(&other, &a), set(&one, &b)]);
    operations
}

/// A record goes, or comes back, and another takes its place within the same batch.
fn free_and_reuse(dice: &mut Dice) -> Vec<RecordOperation> {
    let target = Target::Live(dice.below(50));
    let of = |object: &'static str, action| RecordOperation { object, action, label: None };
    let object = *dice.pick(&["company", "contact", "deal"]);
    let plan = universe::object(object);
    let create = of(object, Action::Create(fields(plan, dice, true, &[])));
    let gone = match dice.below(3) {
        0 => of(object, Action::Purge(target.clone(), Guard::None)),
        _ => of(object, Action::Delete(target.clone(), Guard::None)),
    };
    let mut operations = vec![create.clone(), gone, create];
    if dice.chance(60) {
        operations.push(of(object, Action::Restore(target.clone())));
    }
    if dice.chance(50) {
        operations.push(of(object, Action::Update(target, fields(plan, dice, false, &[]), Guard::None)));
    }
    operations
}

fn record_operation(
    dice: &mut Dice,
    labels: &mut Vec<(&'static str, String)>,
    in_batch: bool,
) -> RecordOperation {
    let plan = &OBJECTS[[0, 0, 1, 1, 1, 2, 2, 2, 3][dice.below(9)]];
    let object = plan.name;
    let target = target(object, dice, labels);
    let guard = match dice.below(10) {
        0..=7 => Guard::None,
        8 => Guard::Relative(0),
        _ => Guard::Relative(1),
    };
    let action = match dice.below(22) {
        0..=7 => Action::Create(fields(plan, dice, true, labels)),
        8..=13 => Action::Update(target, fields(plan, dice, false, labels), guard),
        14..=15 => upsert(plan, dice, labels, in_batch).unwrap_or(Action::Delete(target, guard)),
        16..=17 => Action::Delete(target, guard),
        18..=20 => Action::Restore(if dice.chance(90) { Target::Deleted(dice.below(50)) } else { target }),
        _ if dice.chance(60) => Action::Purge(target, guard),
        _ => Action::Purge(Target::Deleted(dice.below(50)), guard),
    };
    let label = in_batch.then(|| format!("l{}", labels.len()));
    if let Some(label) = &label {
        labels.push((object, label.clone()));
    }
    RecordOperation { object, action, label }
}

fn target(object: &str, dice: &mut Dice, labels: &[(&'static str, String)]) -> Target {
    let named: Vec<&String> = labels.iter().filter(|(of, _)| *of == object).map(|(_, label)| label).collect();
    if !named.is_empty() && dice.chance(40) {
        return Target::Label((*dice.pick(&named)).clone());
    }
    match dice.below(40) {
        0 => Target::Nobody,
        1..=2 => Target::Any(dice.below(200)),
        _ => Target::Live(dice.below(200)),
    }
}

fn upsert(
    plan: &'static ObjectPlan,
    dice: &mut Dice,
    labels: &[(&'static str, String)],
    in_batch: bool,
) -> Option<Action> {
    let is_plain = |name: &&str| !matches!(plan.field(name).kind, Kind::Reference { .. });
    let keys: Vec<_> = plan.keys.iter().chain(plan.more_keys).map(|(fields, _)| *fields).collect();
    let suits = |fields: &&[&'static str]| fields.iter().all(is_plain) && (in_batch || fields.len() == 1);
    let keys: Vec<_> = keys.into_iter().filter(suits).collect();
    if keys.is_empty() {
        return None;
    }
    let by = dice.pick(&keys).iter().map(|name| (*name, findable(plan.field(name).kind, dice))).collect();
    Some(Action::Upsert(by, fields(plan, dice, false, labels), Guard::None))
}

/// A value that can be looked for.
fn findable(kind: Kind, dice: &mut Dice) -> Sample {
    loop {
        let sample = sample(kind, dice);
        // An empty text has no place in a path.
        if sample.meaning.as_ref().is_ok_and(|value| !value.is_null() && *value != json!("")) {
            return sample;
        }
    }
}

/// Values for some of an object's fields: for required ones and those that are there
/// from the start more often than for others.
fn fields(
    plan: &'static ObjectPlan,
    dice: &mut Dice,
    is_new: bool,
    labels: &[(&'static str, String)],
) -> Fields {
    let mut fields = Fields::new();
    for field in plan.fields {
        let percent = match (is_new, field.required, field.given) {
            (true, true, _) => 97,
            (true, false, true) => 60,
            (false, _, true) => 30,
            (_, _, false) => 4,
        };
        let percent = if field.kind.is_computed() { 1 } else { percent };
        if !dice.chance(percent) {
            continue;
        }
        let given = match field.kind {
            Kind::Reference { to, .. } if dice.chance(85) => {
                let of = if dice.chance(97) { *dice.pick(to) } else { "deal" };
                Given::Record(of, target(of, dice, labels))
            }
            kind => Given::Value(sample(kind, dice)),
        };
        fields.push((field.name, given));
    }
    fields
}

fn plain(value: &serde_json::Value) -> Sample {
    Sample { wire: value.clone(), meaning: Ok(value.clone()) }
}

fn schema_operation(dice: &mut Dice) -> SchemaOperation {
    let plan = &OBJECTS[dice.below(OBJECTS.len())];
    let object = plan.name;
    let field = dice.pick(plan.fields);
    let later: Vec<_> = plan.fields.iter().filter(|field| !field.given).collect();
    match dice.below(20) {
        0 => SchemaOperation::CreateObject("note"),
        1 if dice.chance(20) => SchemaOperation::DropObject { object: "note", with_records: dice.chance(50) },
        1..=8 => {
            let field = dice.pick(&later);
            let required = !field.kind.is_computed() && dice.chance(5);
            SchemaOperation::CreateField { object, field: field.name, required }
        }
        9..=10 => SchemaOperation::DropField { object, field: field.name },
        11..=12 => {
            let plain: Vec<_> = plan.fields.iter().filter(|field| is_plain(field.kind)).collect();
            let field = dice.pick(&plain).name;
            SchemaOperation::Require { object, field, required: dice.chance(50) }
        }
        13 => {
            let integers = [("company", "code"), ("deal", "units"), ("contact", "age")];
            let (object, field) = *dice.pick(&integers);
            SchemaOperation::Bound { object, field, max: *dice.pick(&[1000, 999, 500, 60]) }
        }
        14..=15 => {
            let references = [
                ("contact", "company"),
                ("contact", "boss"),
                ("deal", "company"),
                ("deal", "contact"),
                ("deal", "about"),
            ];
            let (object, field) = *dice.pick(&references);
            let rules = ["restrict", "clear", "cascade"];
            SchemaOperation::OnDelete { object, field, rule: rules[dice.below(rules.len())] }
        }
        _ => {
            let keys: Vec<_> = plan.keys.iter().chain(plan.more_keys).collect();
            match keys.is_empty() {
                true => SchemaOperation::CreateObject("note"),
                false => {
                    let (fields, folds) = **dice.pick(&keys);
                    if dice.chance(65) {
                        SchemaOperation::CreateKey { object, fields, folds }
                    } else {
                        SchemaOperation::DropKey { object, name: key_name(fields) }
                    }
                }
            }
        }
    }
}

/// Can be required without making operations of other records impossible.
fn is_plain(kind: Kind) -> bool {
    !kind.is_computed() && !matches!(kind, Kind::Reference { .. })
}
