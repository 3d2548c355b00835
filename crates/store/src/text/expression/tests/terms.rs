//! Terms that are mostly well typed, from bytes that choose what stands where.

/// What a part of a term gives.
#[derive(Clone, Copy)]
pub(super) enum Sort {
    Truth,
    Number,
    Text,
    Money,
    Day,
    Time,
    Record,
}

// The leaves of each sort, and how its terms are put together: `¿` stands for a truth, `#`
// for a number, `$` for a text, `€` for money, `@` for a day, `÷` for a time, `§` for a
// record.
const TRUTH: [&str; 2] = [
    "open; good; true; false; null; has(extra); tags == null; extra != null",
    "(¿ && ¿); (¿ || ¿ || ¿); !¿; (# < #); (# >= #); (# == #); (# != #); ($ == $); ($ != $); \
    ($ < $); ($ >= $); (€ == €); (€ != €); (@ <= @); (@ == @); (÷ > ÷); (÷ == ÷); (§ == §); \
    (§ != §); has(#); has($); has(€); has(§); (¿ == ¿); (¿ != ¿); (# in [#, #]); \
    ($ in [$, 'won', $]); ($ in tags); $.contains($); $.startsWith($); $.endsWith($); (¿ ? ¿ : ¿); \
    (stage == 'won'); (stage in ['new', 'é']); (§ in [§, null]); (# > 0.125); (# <= -0.5); \
    (# == 0.005); (# == 50)",
];
const NUMBER: [&str; 2] = [
    "probability; large; rate; factor; version; 0; 7; 2.50; -1.255; null",
    "(# + #); (# - #); (# * #); (int(#) / int(#)); (int(#) % int(#)); -#; abs(#); floor(#); ceil(#); \
    int(#); min(#, #); max(#, #); coalesce(#, #); size($); size(tags); €.amount; (@ - @); \
    (¿ ? # : #); getHours(÷ - ÷); getMinutes(÷ - ÷); @.getMonth(); @.getFullYear(); \
    @.getDayOfWeek(); @.getDayOfYear(); ÷.getFullYear(); ÷.getHours(); ÷.getSeconds(); \
    ÷.getMilliseconds(); ÷.getDate(); decimal(#)",
];
const TEXT: [&str; 2] = [
    "name; title; stage; 'won'; 'é'; ''; owner; updated_by; ' a'; null",
    "($ + $); trim($); $.substring(1, 3); $.substring(-1); replace($, 'a', 'é'); \
    replace($, '', 'x'); string(int(#)); string(@); string(¿); €.currency; (¿ ? $ : $); \
    coalesce($, $); max($, $)",
];
const MONEY: [&str; 2] =
    ["amount; budget; money(12.5, 'EUR'); money(0.005, 'EUR'); money(0, 'USD'); null", "amount; budget"];
const DAY: [&str; 2] = [
    "day; other_day; date('2024-02-29'); date('0001-01-01'); null",
    "date(÷); min(@, @); (¿ ? @ : @); coalesce(@, @)",
];
const TIME: [&str; 2] = [
    "at; other_at; created_at; updated_at; timestamp('2026-11-23T09:30:00.250Z'); null",
    "max(÷, ÷); coalesce(÷, ÷); (¿ ? ÷ : ÷)",
];
const RECORD: [&str; 2] =
    ["company; party; id; 'company_00000000000000000000000001'; null", "company; party"];

/// The leaves of a sort, and its shapes.
pub(super) fn grammar(sort: Sort) -> [Vec<&'static str>; 2] {
    let lists = match sort {
        Sort::Truth => TRUTH,
        Sort::Number => NUMBER,
        Sort::Text => TEXT,
        Sort::Money => MONEY,
        Sort::Day => DAY,
        Sort::Time => TIME,
        Sort::Record => RECORD,
    };
    lists.map(|list| list.split("; ").collect())
}

/// A term that is mostly well typed: each byte chooses what stands next.
pub(super) fn term(sort: Sort, bytes: &mut impl Iterator<Item = u8>, depth: usize) -> String {
    let [leaves, shapes] = grammar(sort);
    let byte = usize::from(bytes.next().unwrap_or(0));
    if depth == 0 || byte < 64 {
        return leaves[byte % leaves.len()].to_owned();
    }
    filled(shapes[byte % shapes.len()], bytes, depth - 1)
}

/// A shape with terms in place of its signs.
pub(super) fn filled(shape: &str, bytes: &mut impl Iterator<Item = u8>, depth: usize) -> String {
    let mut text = String::new();
    for sign in shape.chars() {
        let sort = match sign {
            '¿' => Sort::Truth,
            '#' => Sort::Number,
            '$' => Sort::Text,
            '€' => Sort::Money,
            '@' => Sort::Day,
            '÷' => Sort::Time,
            '§' => Sort::Record,
            plain => {
                text.push(plain);
                continue;
            }
        };
        text.push_str(&term(sort, bytes, depth));
    }
    text
}
