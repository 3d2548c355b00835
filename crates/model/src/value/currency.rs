//! Currencies by their ISO 4217 codes, and amounts in them.

use serde_json::{Map, Value as Json};

use super::refusal;
use super::{Currency, Money, parse};
use crate::catalog::Field;
use crate::decimal::DIGITS_MAX;
use crate::fault::{Code, Fault};

/// The alphabetic codes of ISO 4217, sorted. Four that ended lately (ANG, BGN, HRK, SLL)
/// are kept: amounts of before stay what they were. XTS and XXX name no currency.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD \
    BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR \
    FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS \
    KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV \
    MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK \
    SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU \
    UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR \
    ZMW ZWG";

impl Currency {
    /// The currency of a code, when ISO 4217 has it.
    #[must_use]
    pub fn known(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        // Three letters and a space each; the last one without its space.
        CODES.as_bytes().chunks(4).any(|each| each.starts_with(&bytes)).then_some(Self(bytes))
    }
}

/// Reads `{"amount": "12.10", "currency": "EUR"}`.
pub(super) fn parse_money(
    field: &Field,
    members: &Map<String, Json>,
    scale: u8,
    allowed: &[Currency],
) -> Result<Money, Fault> {
    if let Some(name) = members.keys().find(|name| !matches!(name.as_str(), "amount" | "currency")) {
        let fault =
            Fault::new(Code::UnknownMember, format!("`{}` takes `amount` and `currency`", field.name));
        let fault = fault.at(name);
        return Err(fault.did_you_mean(name, ["amount", "currency"]));
    }
    let member = |name: &str| {
        members.get(name).ok_or_else(|| {
            refusal::value(field, format!("`{name}` is missing"))
                .hint(r#"send `{"amount": "12.10", "currency": "EUR"}`"#)
        })
    };
    let (amount, currency) = (member("amount")?, member("currency")?);
    let amount = parse::decimal(field, amount, DIGITS_MAX, scale).map_err(|fault| fault.at("amount"))?;
    let Json::String(code) = currency else {
        return Err(refusal::kind(field, currency, "a currency code as a string").at("currency"));
    };
    let currency = parse_code(field, code, allowed).map_err(|fault| fault.at("currency"))?;
    Ok(Money { amount, currency })
}

fn parse_code(field: &Field, code: &str, allowed: &[Currency]) -> Result<Currency, Fault> {
    let Some(currency) = Currency::known(code) else {
        let problem = format!("{} is not a currency code of ISO 4217", refusal::shown(field, code));
        let fault = refusal::value(field, problem);
        let upper = code.trim().to_ascii_uppercase();
        return Err(match Currency::known(&upper) {
            Some(_) => fault.hint(format!("did you mean `{upper}`?")),
            None => fault,
        });
    };
    if allowed.is_empty() || allowed.contains(&currency) {
        return Ok(currency);
    }
    let list: Vec<String> = allowed.iter().map(|each| format!("`{}`", each.as_str())).collect();
    let fault =
        refusal::value(field, format!("{} is not one of its currencies", refusal::shown(field, code)));
    Err(fault.hint(format!("the field takes {}", list.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::{CODES, Currency};

    #[test]
    fn knows_the_codes_and_nothing_else() {
        let codes: Vec<&str> = CODES.split_ascii_whitespace().collect();
        assert!(codes.is_sorted());
        assert!(
            codes.iter().all(|code| Currency::known(code).is_some_and(|currency| currency.as_str() == *code))
        );
        for code in ["", "eur", "EU", "EURO", "XXX", "E R", "ÄB", "EUR "] {
            assert_eq!(Currency::known(code), None, "{code}");
        }
    }
}
