//! Places, with telephone numbers that no one has: each country's are of a range that is
//! kept for films and books.

use crate::random::Random;

/// A city.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its name.
    pub(super) city: &'static str,
    /// The state or province it is in.
    pub(super) region: &'static str,
    /// Its country, as ISO 3166 has it.
    pub(super) country: &'static str,
    /// How postal codes begin there.
    postal: &'static str,
    /// How invented telephone numbers begin there, and how many digits follow.
    phone: (&'static str, u32),
}

const US: (&str, u32) = ("+1212555010", 1);
const CA: (&str, u32) = ("+1613555010", 1);
const GB: (&str, u32) = ("+441632960", 3);
const DE: (&str, u32) = ("+493023125", 3);
const FR: (&str, u32) = ("+331990000", 2);
const AU: (&str, u32) = ("+61255501", 3);
const SE: (&str, u32) = ("+468465004", 2);

const PLACES: [Place; 24] = [
    place("New York", "New York", "US", "100", US),
    place("Boston", "Massachusetts", "US", "021", US),
    place("Chicago", "Illinois", "US", "606", US),
    place("Denver", "Colorado", "US", "802", US),
    place("Seattle", "Washington", "US", "981", US),
    place("Austin", "Texas", "US", "787", US),
    place("Atlanta", "Georgia", "US", "303", US),
    place("Portland", "Oregon", "US", "972", US),
    place("Toronto", "Ontario", "CA", "M5V 2T", CA),
    place("Vancouver", "British Columbia", "CA", "V6B 4Y", CA),
    place("London", "England", "GB", "EC1A 1B", GB),
    place("Manchester", "England", "GB", "M1 4B", GB),
    place("Edinburgh", "Scotland", "GB", "EH1 1Y", GB),
    place("Berlin", "Berlin", "DE", "101", DE),
    place("Hamburg", "Hamburg", "DE", "200", DE),
    place("München", "Bayern", "DE", "803", DE),
    place("Köln", "Nordrhein-Westfalen", "DE", "506", DE),
    place("Paris", "Île-de-France", "FR", "750", FR),
    place("Lyon", "Auvergne-Rhône-Alpes", "FR", "690", FR),
    place("Nantes", "Pays de la Loire", "FR", "440", FR),
    place("Sydney", "New South Wales", "AU", "20", AU),
    place("Melbourne", "Victoria", "AU", "30", AU),
    place("Stockholm", "Stockholms län", "SE", "111", SE),
    place("Göteborg", "Västra Götalands län", "SE", "411", SE),
];

const STREETS: [&str; 16] = [
    "Station Road",
    "Market Street",
    "Mill Lane",
    "Harbour Street",
    "High Street",
    "Park Avenue",
    "Church Street",
    "Canal Street",
    "Garden Road",
    "Bridge Street",
    "Factory Road",
    "Lake View",
    "Forest Road",
    "King Street",
    "School Lane",
    "Field Way",
];

const fn place(
    city: &'static str,
    region: &'static str,
    country: &'static str,
    postal: &'static str,
    phone: (&'static str, u32),
) -> Place {
    Place { city, region, country, postal, phone }
}

impl Place {
    /// One of them.
    pub(super) fn any(random: &mut Random) -> Self {
        PLACES[random.index(PLACES.len())]
    }

    /// A telephone number that no one has.
    pub(super) fn phone(&self, random: &mut Random) -> String {
        let (start, digits) = self.phone;
        let width = usize::try_from(digits).unwrap_or_default();
        format!("{start}{:0width$}", random.below(10_u64.pow(digits)))
    }

    /// A street with a number.
    pub(super) fn street(random: &mut Random) -> String {
        format!("{} {}", random.between(1, 180), random.one(&STREETS))
    }

    /// A postal code.
    pub(super) fn postal_code(&self, random: &mut Random) -> String {
        match self.country {
            "CA" => format!("{}{}", self.postal, random.below(10)),
            "GB" => format!("{}{}", self.postal, random.one(&["A", "B", "D", "E", "N", "R"])),
            "SE" => format!("{} {:02}", self.postal, random.below(100)),
            _ => format!("{}{:02}", self.postal, random.below(100)),
        }
    }
}
