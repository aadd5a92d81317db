//! The contrasts of the shipped colours, computed as WCAG 2.2 says.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../templates/desk/assets/desk.css");

/// Text on what lies behind it, and the least ratio: 4.5 for words, 3 for the borders of controls.
const PAIRS: [(&str, &str, f64); 32] = [
    ("ink", "surface", 4.5),
    ("ink", "bg", 4.5),
    ("ink", "hover", 4.5),
    ("ink", "accent-weak", 4.5),
    ("ink-2", "surface", 4.5),
    ("ink-2", "bg", 4.5),
    ("ink-2", "sunk", 4.5),
    ("ink-2", "hover", 4.5),
    ("ink-2", "accent-weak", 4.5),
    ("ink-3", "surface", 4.5),
    ("ink-3", "bg", 4.5),
    ("ink-3", "sunk", 4.5),
    ("ink-3", "hover", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "bg", 4.5),
    ("accent", "hover", 4.5),
    ("accent", "accent-weak", 4.5),
    ("accent-hover", "surface", 4.5),
    ("accent-hover", "bg", 4.5),
    ("accent-hover", "hover", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("red", "surface", 4.5),
    ("red", "bg", 4.5),
    ("red", "hover", 4.5),
    ("red", "red-weak", 4.5),
    ("on-solid", "solid", 4.5),
    ("edge", "surface", 3.0),
    ("edge", "bg", 3.0),
    ("accent", "sunk", 3.0),
    ("accent", "surface", 3.0),
    ("accent", "bg", 3.0),
];

/// Ratios of the design, light and dark, to one decimal.
const DRAWN: [(&str, &str, f64, f64); 13] = [
    ("line", "surface", 1.4, 1.3),
    ("edge", "surface", 3.5, 4.1),
    ("edge", "bg", 3.2, 4.4),
    ("ink", "surface", 17.9, 14.8),
    ("ink-2", "surface", 8.3, 9.3),
    ("ink-3", "surface", 6.1, 6.8),
    ("accent", "surface", 6.8, 9.2),
    ("accent", "accent-weak", 5.8, 6.9),
    ("on-accent", "accent", 6.8, 8.4),
    ("ink", "accent-weak", 15.3, 11.2),
    ("red", "surface", 6.6, 7.9),
    ("red", "red-weak", 5.7, 7.3),
    ("on-solid", "solid", 13.5, 10.3),
];

type Colours = BTreeMap<&'static str, [u8; 3]>;

/// The colours of `:root`, light and dark.
fn colours() -> [Colours; 2] {
    let root = STYLE.split_once(":root{").unwrap().1.split_once("\n}").unwrap().0;
    let mut both = [Colours::new(), Colours::new()];
    for (name, value) in root.split(';').filter_map(|d| d.rsplit_once("--").and_then(|(_, d)| d.split_once(':'))) {
        let value = value.trim();
        let pair = value.strip_prefix("light-dark(").and_then(|v| v.strip_suffix(')')).and_then(|v| v.split_once(','));
        let (light, dark) = pair.unwrap_or((value, value));
        for (colours, value) in both.iter_mut().zip([light, dark]) {
            if let Some(colour) = colour(value) {
                colours.insert(name, colour);
            }
        }
    }
    both
}

fn colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.trim().strip_prefix('#').filter(|d| d.len() == 6)?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn ratio(colours: &Colours, front: &str, back: &str) -> f64 {
    let of = |name: &str| luminance(*colours.get(name).unwrap_or_else(|| panic!("desk.css has no colour --{name}")));
    let (one, other) = (of(front), of(back));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_shipped_colours_can_be_read_in_both_themes() {
    let mut faults = Vec::new();
    for (theme, colours) in ["light", "dark"].into_iter().zip(colours()) {
        for (front, back, least) in PAIRS {
            let found = ratio(&colours, front, back);
            if found < least {
                faults.push(format!("{theme}: --{front} on --{back} is {found:.2}, at least {least}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_shipped_colours_are_those_of_the_design() {
    let [light, dark] = colours();
    let mut faults = Vec::new();
    for (front, back, on_light, on_dark) in DRAWN {
        for (theme, colours, drawn) in [("light", &light, on_light), ("dark", &dark, on_dark)] {
            let found = ratio(colours, front, back);
            if (found - drawn).abs() > 0.1 {
                faults.push(format!("{theme}: --{front} on --{back} is {found:.2}, drawn as {drawn}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
