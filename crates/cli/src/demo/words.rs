//! Words that names and texts are made of. All companies and people are invented; where
//! one has the name of a real one, that is chance.

/// First names.
pub(super) const FIRST: [&str; 96] = [
    "Ada", "Adam", "Agnes", "Ahmed", "Aiko", "Alice", "Amara", "Amir", "Ana", "Anders", "Anna", "Antonio",
    "Aria", "Astrid", "Ben", "Bianca", "Björn", "Camille", "Carlos", "Chen", "Chloé", "Clara", "Daniel",
    "David", "Deepa", "Diego", "Elena", "Elif", "Emil", "Emma", "Erik", "Esther", "Fatima", "Felix", "Fiona",
    "Frida", "Gabriel", "Giulia", "Grace", "Hana", "Hannah", "Hugo", "Ibrahim", "Ines", "Ingrid", "Isaac",
    "Ivan", "Jack", "James", "Jana", "Javier", "João", "Jonas", "Julia", "Jürgen", "Kofi", "Lara", "Lars",
    "Leila", "Leo", "Lina", "Lucía", "Maeve", "Magnus", "Maria", "Mark", "Mateo", "Maya", "Mei", "Mila",
    "Miriam", "Mohammed", "Nadia", "Naomi", "Nina", "Noah", "Nora", "Oliver", "Omar", "Paul", "Priya",
    "Rafael", "Rosa", "Ruth", "Samuel", "Sara", "Sofia", "Sven", "Tariq", "Theo", "Tomás", "Vera", "Viktor",
    "Yara", "Yusuf", "Zoë",
];

/// Last names.
pub(super) const LAST: [&str; 112] = [
    "Abara",
    "Acosta",
    "Adler",
    "Ahmadi",
    "Almeida",
    "Andersson",
    "Aoki",
    "Bakker",
    "Barros",
    "Bauer",
    "Becker",
    "Bennett",
    "Berg",
    "Bianchi",
    "Blom",
    "Bose",
    "Brandt",
    "Byrne",
    "Calloway",
    "Castro",
    "Chandra",
    "Clarke",
    "Costa",
    "Dahl",
    "Davies",
    "Delgado",
    "Diallo",
    "Dietrich",
    "Dubois",
    "Eriksen",
    "Esposito",
    "Falk",
    "Farrell",
    "Fischer",
    "Fleming",
    "Fontaine",
    "Fraser",
    "Gallagher",
    "García",
    "Gupta",
    "Haas",
    "Hale",
    "Hansen",
    "Hartmann",
    "Hayashi",
    "Heller",
    "Hoang",
    "Holm",
    "Hughes",
    "Ibáñez",
    "Iversen",
    "Jansen",
    "Jensen",
    "Joshi",
    "Kaiser",
    "Kamara",
    "Kaya",
    "Keller",
    "Khan",
    "Kim",
    "Klein",
    "Kowalski",
    "Krüger",
    "Lambert",
    "Larsen",
    "Lehmann",
    "Lindqvist",
    "Lopes",
    "MacLeod",
    "Marchetti",
    "Mendes",
    "Meyer",
    "Mishra",
    "Moreau",
    "Morgan",
    "Müller",
    "Mwangi",
    "Nakamura",
    "Neumann",
    "Nguyen",
    "Novak",
    "Nyström",
    "Oduya",
    "Okafor",
    "Olsen",
    "Ortega",
    "Osei",
    "Park",
    "Pereira",
    "Petrov",
    "Quinn",
    "Ramírez",
    "Reid",
    "Ricci",
    "Rossi",
    "Roth",
    "Sato",
    "Schäfer",
    "Schmidt",
    "Silva",
    "Sørensen",
    "Stone",
    "Suzuki",
    "Tanaka",
    "Thorne",
    "Tran",
    "Vargas",
    "Vogel",
    "Walsh",
    "Weber",
    "Yilmaz",
    "Zhou",
];

/// How the names of companies begin.
pub(super) const COMPANY_FIRST: [&str; 64] = [
    "Amber", "Aspen", "Atlas", "Beacon", "Birch", "Blue", "Bright", "Canyon", "Cedar", "Cinder", "Clear",
    "Cobalt", "Copper", "Coral", "Crescent", "Crown", "Delta", "Drift", "Eagle", "East", "Elm", "Ember",
    "Falcon", "Fern", "Flint", "Fox", "Glass", "Granite", "Green", "Gull", "Harbor", "Hazel", "Heron",
    "High", "Hollow", "Iron", "Ivory", "Juniper", "Lake", "Lark", "Maple", "Marble", "Meadow", "Mill",
    "Moss", "North", "Oak", "Onyx", "Orchid", "Pearl", "Pine", "Quartz", "Raven", "River", "Rowan", "Sable",
    "Silver", "Slate", "South", "Stone", "Summit", "Tidal", "West", "Willow",
];

/// How they go on.
pub(super) const COMPANY_SECOND: [&str; 48] = [
    "bay", "bell", "bridge", "brook", "burn", "cliff", "coast", "court", "cove", "craft", "crest", "dale",
    "fall", "field", "ford", "forge", "gate", "glen", "grove", "haven", "head", "hill", "hold", "holm",
    "house", "land", "light", "line", "mark", "mere", "mill", "moor", "peak", "point", "port", "ridge",
    "rock", "shore", "side", "spring", "stead", "trail", "vale", "view", "ward", "water", "way", "wood",
];

/// What companies do: the end of the name, the industry, and what is said of them.
pub(super) const TRADES: [(&str, &str, &str); 24] = [
    ("Logistics", "Transport", "moves goods between ports, warehouses and shops"),
    ("Foods", "Food", "makes and packs food for shops and kitchens"),
    ("Systems", "Technology", "builds and runs software for other companies"),
    ("Health", "Healthcare", "runs clinics and laboratories"),
    ("Energy", "Energy", "plans and runs wind and solar parks"),
    ("Textiles", "Manufacturing", "weaves and dyes cloth for clothing makers"),
    ("Labs", "Research", "develops and tests materials"),
    ("Partners", "Consulting", "advises companies on how they are run"),
    ("Insurance", "Finance", "insures households and small businesses"),
    ("Robotics", "Manufacturing", "builds machines for assembly lines"),
    ("Media", "Media", "publishes magazines and produces films"),
    ("Travel", "Travel", "sells journeys and runs hotels"),
    ("Builders", "Construction", "builds houses, schools and bridges"),
    ("Pharma", "Healthcare", "makes medicines"),
    ("Capital", "Finance", "lends to companies that grow"),
    ("Retail", "Retail", "runs shops in city centres"),
    ("Motors", "Automotive", "makes parts for cars and lorries"),
    ("Farms", "Agriculture", "grows vegetables and grain"),
    ("Telecom", "Telecommunications", "runs networks for telephone and data"),
    ("Academy", "Education", "teaches trades to young people and adults"),
    ("Timber", "Forestry", "fells and saws timber"),
    ("Security", "Security", "guards buildings and networks"),
    ("Design", "Services", "designs products and the places they are sold in"),
    ("Chemicals", "Chemicals", "makes paints, glues and cleaning agents"),
];

/// What people do, with their department.
pub(super) const JOBS: [(&str, &str); 24] = [
    ("Chief Executive", "Management"),
    ("Managing Director", "Management"),
    ("Head of Operations", "Operations"),
    ("Operations Manager", "Operations"),
    ("Plant Manager", "Operations"),
    ("Head of Procurement", "Procurement"),
    ("Buyer", "Procurement"),
    ("Purchasing Assistant", "Procurement"),
    ("Chief Financial Officer", "Finance"),
    ("Controller", "Finance"),
    ("Accountant", "Finance"),
    ("Head of IT", "IT"),
    ("Systems Administrator", "IT"),
    ("Software Engineer", "IT"),
    ("Data Analyst", "IT"),
    ("Head of Marketing", "Marketing"),
    ("Marketing Manager", "Marketing"),
    ("Head of Sales", "Sales"),
    ("Account Executive", "Sales"),
    ("Customer Service Lead", "Service"),
    ("Head of Human Resources", "Human Resources"),
    ("Project Manager", "Projects"),
    ("Quality Manager", "Quality"),
    ("Office Manager", "Administration"),
];

/// Series of products, with what they sell and the price of the smallest in dollars.
pub(super) const PRODUCTS: [(&str, &str, u64); 10] = [
    ("Sentry", "sensor", 90),
    ("Sentry", "gateway", 480),
    ("Flow", "licence", 240),
    ("Flow", "connector", 600),
    ("Atlas", "server", 3_200),
    ("Atlas", "rack", 7_500),
    ("Care", "support plan", 900),
    ("Care", "on-site visit", 1_400),
    ("Learn", "workshop", 2_100),
    ("Learn", "online course", 150),
];

/// Sizes in which products come.
pub(super) const SIZES: [&str; 6] = ["Mini", "Basic", "Plus", "Pro", "Max", "Enterprise"];

/// A letter without its accent.
pub(super) fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => plain.push(letter),
            'á' | 'ã' | 'å' => plain.push('a'),
            'ä' => plain.push_str("ae"),
            'é' | 'è' | 'ë' => plain.push('e'),
            'í' => plain.push('i'),
            'ñ' => plain.push('n'),
            'ó' | 'ø' => plain.push('o'),
            'ö' => plain.push_str("oe"),
            'ú' => plain.push('u'),
            'ü' => plain.push_str("ue"),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{FIRST, LAST, ascii};

    #[test]
    fn writes_names_as_addresses_have_them() {
        assert_eq!(ascii("Jürgen"), "juergen");
        for name in FIRST.iter().chain(&LAST) {
            assert!(ascii(name).chars().count() >= name.chars().count(), "{name}");
        }
    }
}
