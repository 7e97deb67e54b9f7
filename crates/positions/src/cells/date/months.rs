//! The names of months, weekdays and particles in dates.

/// Names and abbreviations of each month in English, German, French, Spanish, Italian, Portuguese,
/// Dutch, Swedish, Danish and Norwegian.
const MONTHS: [&str; 12] = [
    "jan january januar jänner januari janvier janv enero ene gennaio gen janeiro",
    "feb february februar februari février fevrier févr fevr fév fev febrero febbraio fevereiro",
    "mar march märz mär mrz maart mrt mars marzo março marco marts",
    "apr april avril avr abril abr aprile",
    "may mai mei maj mayo maggio mag maio",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august augustus augusti août aout agosto ago",
    "sep sept september septembre septiembre settembre setembro set",
    "oct october okt oktober octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc decembre décembre diciembre dic dicembre dezembro",
];

const WEEKDAYS: &str = "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun \
                        sunday mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag";

/// Returns the number of the month with this name, from 1 to 12.
pub(super) fn month(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let index = MONTHS.iter().position(|names| names.split(' ').any(|known| known == name))?;
    u32::try_from(index + 1).ok()
}

pub(super) fn is_weekday(name: &str) -> bool {
    // Most dates begin with a number.
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let name = name.to_lowercase();
    WEEKDAYS.split_whitespace().any(|known| known == name)
}

/// Returns whether the word may be between the parts of a date, such as in "20th January 2023" or
/// "20 de enero de 2023".
pub(super) fn is_particle(word: &str) -> bool {
    ["st", "nd", "rd", "th", "de", "of"].iter().any(|known| word.eq_ignore_ascii_case(known))
}
