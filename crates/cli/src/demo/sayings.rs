//! What is said in deals, activities, notes and cases.

/// A step of a sale: how it is taken, what it is called, minutes it takes.
pub(super) type Step = (&'static str, &'static str, u64);

/// Steps in the order in which a sale takes them.
pub(super) const STEPS: [Step; 10] = [
    ("call", "First call", 20),
    ("email", "Sent an introduction", 10),
    ("meeting", "Asked what they need", 60),
    ("meeting", "Showed the product", 45),
    ("email", "Sent the documents they asked for", 15),
    ("call", "Went through open questions", 30),
    ("email", "Sent the proposal", 20),
    ("call", "Called about the proposal", 15),
    ("meeting", "Talked about price and terms", 60),
    ("email", "Sent the contract", 15),
];

/// How a sale that is won ends.
pub(super) const WON: [Step; 2] =
    [("call", "They said yes", 10), ("email", "Received the signed contract", 10)];

/// How a sale that is lost ends.
pub(super) const LOST: [Step; 2] = [("call", "They said no", 10), ("email", "Asked why we lost", 10)];

/// What is to be done next in a sale that is open.
pub(super) const NEXT: [&str; 8] = [
    "Call to fix a date",
    "Send the proposal",
    "Send references",
    "Ask who decides",
    "Prepare the demonstration",
    "Check delivery times",
    "Agree on terms of payment",
    "Send the contract",
];

/// Why sales are lost.
pub(super) const REASONS: [&str; 6] = [
    "Price",
    "Bought from a competitor",
    "No budget this year",
    "Project was called off",
    "A function they need is missing",
    "No answer any more",
];

/// Where sales come from.
pub(super) const SOURCES: [&str; 6] = ["web", "phone", "referral", "partner", "event", "advertisement"];

/// What deals are about.
pub(super) const SUBJECTS: [&str; 10] = [
    "sensors for the new hall",
    "support for three years",
    "pilot",
    "replacement of the old system",
    "licences for the branch offices",
    "training for the staff",
    "second site",
    "extension",
    "yearly order",
    "connection to the warehouse",
];

/// Notes.
pub(super) const NOTES: [&str; 10] = [
    "Prefers to be called in the morning.",
    "Decides together with the head of finance; a purchase above 20,000 goes to the board.",
    "Uses a system of a competitor since last year and is not happy with the service.",
    "Budget is approved from the next quarter on.",
    "Asked for a reference from the same trade.",
    "Was at our stand at the fair in spring and took a sample along.",
    "The contract of their present supplier ends in autumn.",
    "Wants everything in one offer, delivery included.",
    "Is on leave for two weeks; meanwhile write to the office.",
    "Two of their sites are to be closed, so the order may be smaller.",
];

/// Cases: what they are about, kind and reason.
pub(super) const CASES: [(&str, &str, &str); 12] = [
    ("Sensor shows no value", "Problem", "Installation"),
    ("Gateway restarts at night", "Problem", "Firmware"),
    ("Invoice has the wrong address", "Question", "Billing"),
    ("How are users added?", "Question", "Handling"),
    ("Licence is about to end", "Question", "Billing"),
    ("Export stops half-way", "Problem", "Software"),
    ("Battery is empty after a month", "Problem", "Hardware"),
    ("Wishes for the weekly report", "Wish", "Software"),
    ("Parcel did not arrive", "Problem", "Delivery"),
    ("Password does not work", "Problem", "Handling"),
    ("Rack has a dent", "Problem", "Delivery"),
    ("Wants a second workshop", "Wish", "Training"),
];

/// How cases are resolved.
pub(super) const RESOLUTIONS: [&str; 6] = [
    "Explained on the phone.",
    "Sent a replacement.",
    "New firmware installed from afar; watched it for a day.",
    "Corrected and sent anew.",
    "Was a fault of theirs; showed them how to avoid it.",
    "Passed on to development, who mended it with the last release.",
];

/// Campaigns, with their kind.
pub(super) const CAMPAIGNS: [(&str, &str); 8] = [
    ("Spring fair", "event"),
    ("Newsletter", "email"),
    ("Webinar: sensors in practice", "webinar"),
    ("Partner day", "partner"),
    ("Autumn fair", "event"),
    ("Search advertisements", "advertisement"),
    ("Webinar: from pilot to plant", "webinar"),
    ("Customers who went quiet", "email"),
];
