//! Legal forms of companies: words at the end of a name that tell nothing apart. This is
//! a table.

/// The forms as words of a normal form: folded, without dots.
const FORMS: &[&str] = &[
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bhd",
    "bv",
    "bvba",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "dac",
    "doo",
    "eg",
    "eirl",
    "ek",
    "ev",
    "eurl",
    "gbr",
    "gesmbh",
    "ggmbh",
    "gmbh",
    "hf",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "kk",
    "lda",
    "limited",
    "limitada",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "nyrt",
    "ohg",
    "ood",
    "oy",
    "oyj",
    "plc",
    "pllc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sab",
    "sagl",
    "sapi",
    "sarl",
    "sas",
    "sasu",
    "sau",
    "sca",
    "se",
    "sl",
    "slu",
    "spa",
    "spzoo",
    "srl",
    "sro",
    "ug",
    "vof",
    "zrt",
];

/// The forms that spell out what others abbreviate, word by word.
const LONG_FORMS: &[&[&str]] = &[&["sp", "zoo"], &["sp", "z", "oo"], &["sdn", "bhd"], &["de", "cv"]];

/// Takes the legal forms from the end of a name, and an `and` that led to them. A name
/// that is nothing else stays.
pub(super) fn strip(words: &mut Vec<String>) {
    let mut kept = words.len();
    while let Some(length) = form_at_end(&words[..kept], kept < words.len()) {
        if length >= kept {
            break;
        }
        kept -= length;
    }
    words.truncate(kept);
}

/// How many words the form at the end has, if there is one.
fn form_at_end(words: &[String], follows_form: bool) -> Option<usize> {
    let ends_with = |form: &&&[&str]| {
        words.len() >= form.len() && words[words.len() - form.len()..].iter().eq(form.iter())
    };
    if let Some(form) = LONG_FORMS.iter().find(ends_with) {
        return Some(form.len());
    }
    let last = words.last()?.as_str();
    (FORMS.contains(&last) || (follows_form && last == "and")).then_some(1)
}
