//! Whom campaigns address.

use serde_json::json;

use super::person::Person;
use super::row::Scene;

/// Makes up of which campaigns people are members, each of one at most.
pub(super) fn all(scene: &mut Scene<'_>, people: &[Person]) {
    for person in people {
        if scene.random.percent(35) {
            one(scene, person);
        }
    }
}

fn one(scene: &mut Scene<'_>, person: &Person) {
    let known = scene.known;
    let Some(campaign) = known.campaigns.get(scene.random.index(known.campaigns.len())) else { return };
    let yesterday = scene.yesterday();
    let has_begun = campaign.starts <= yesterday;
    let status = match has_begun {
        false => "planned",
        true => ["sent", "opened", "responded", "declined"][scene.random.weighted(&[40, 30, 20, 10])],
    };
    let responded_at = (status == "responded").then(|| {
        let day = campaign.starts.between(campaign.ends.min(yesterday), &mut scene.random);
        scene.at_work(day).to_string()
    });
    let record = json!({
        "campaign": campaign.id,
        "contact": person.label.json(),
        "status": status,
        "responded_at": responded_at,
    });
    let at = scene.at_work(campaign.starts.max(person.since).min(yesterday));
    scene.add("campaign_member", at, record);
}
