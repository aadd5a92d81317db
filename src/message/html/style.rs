//! What a style says of being seen: all the ways in which the author of a mail can keep words from its reader.

/// Beyond this many pixels or points to the left or above, nothing is on the page; lists and Word move their text by less.
const OFF_PAGE: f32 = -400.0;
/// Letters of so many pixels or less are not read.
const TINY: f32 = 1.0;
/// Colours whose channels differ by less in sum are one colour to the eye.
const ALIKE: u32 = 32;

/// A colour, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// Red, green, blue.
    Solid([u8; 3]),
    /// Nothing is painted.
    Clear,
    /// A picture, a gradient, a name that is not known here.
    Unknown,
}

/// What one block of declarations says; `None` where it is silent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// Nothing inside is shown, whatever is said there.
    removed: Option<bool>,
    /// `visibility`, which an element inside may turn back.
    invisible: Option<bool>,
    /// Letters too small to read, which an element inside may turn back.
    tiny: Option<bool>,
    transparent: Option<bool>,
    clipped: Option<bool>,
    off_page: Option<bool>,
    /// A box without height or width; it hides only what may not stand out of it.
    flat: Option<bool>,
    cut_off: Option<bool>,
    colour: Option<Paint>,
    ground: Option<Paint>,
}

/// How the text of an element looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    gone: bool,
    invisible: bool,
    tiny: bool,
    colour: Paint,
    ground: Paint,
}

impl Default for Look {
    fn default() -> Self {
        Self { gone: false, invisible: false, tiny: false, colour: Paint::Solid([0; 3]), ground: Paint::Solid([255; 3]) }
    }
}

impl Look {
    /// Whether a reader sees nothing of it.
    pub(super) fn is_hidden(self) -> bool {
        let painted_over = match (self.colour, self.ground) {
            (Paint::Clear, _) => true,
            (Paint::Solid(a), Paint::Solid(b)) => a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>() < ALIKE,
            _ => false,
        };
        self.gone || self.invisible || self.tiny || painted_over
    }

    /// The look of an element inside one that looks like this.
    pub(super) fn with(self, said: Declared) -> Self {
        let yes = |what: Option<bool>| what == Some(true);
        let flat = yes(said.flat) && yes(said.cut_off);
        Self {
            gone: self.gone || yes(said.removed) || yes(said.transparent) || yes(said.clipped) || yes(said.off_page) || flat,
            invisible: said.invisible.unwrap_or(self.invisible),
            tiny: said.tiny.unwrap_or(self.tiny),
            colour: said.colour.unwrap_or(self.colour),
            ground: said.ground.filter(|g| *g != Paint::Clear).unwrap_or(self.ground),
        }
    }

    /// The look of what the element's own attributes hide.
    pub(super) fn removed(self) -> Self {
        Self { gone: true, ..self }
    }
}

impl Declared {
    /// Reads declarations: those without `!important`, and those with.
    pub(super) fn read(text: &str) -> (Self, Self) {
        let (mut usual, mut important) = (Self::default(), Self::default());
        for declaration in text.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().to_ascii_lowercase();
            match value.split_once('!') {
                Some((value, _)) => important.say(&name.trim().to_ascii_lowercase(), value.trim()),
                None => usual.say(&name.trim().to_ascii_lowercase(), &value),
            }
        }
        (usual, important)
    }

    /// Whether nothing in it concerns what is seen.
    pub(super) fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// Takes over what `later` says.
    pub(super) fn take(&mut self, later: Self) {
        *self = Self {
            removed: later.removed.or(self.removed),
            invisible: later.invisible.or(self.invisible),
            tiny: later.tiny.or(self.tiny),
            transparent: later.transparent.or(self.transparent),
            clipped: later.clipped.or(self.clipped),
            off_page: later.off_page.or(self.off_page),
            flat: later.flat.or(self.flat),
            cut_off: later.cut_off.or(self.cut_off),
            colour: later.colour.or(self.colour),
            ground: later.ground.or(self.ground),
        };
    }

    /// The same without its colours.
    pub(super) fn colourless(self) -> Self {
        Self { colour: None, ground: None, ..self }
    }

    /// An attribute of old HTML: `<font color>`, `<td bgcolor>`.
    pub(super) fn paint(&mut self, colour: Option<&str>, ground: Option<&str>) {
        self.colour = colour.map(|c| paint(&c.to_ascii_lowercase())).or(self.colour);
        self.ground = ground.map(|c| paint(&c.to_ascii_lowercase())).or(self.ground);
    }

    fn say(&mut self, name: &str, value: &str) {
        let none = |v: &str| length(v).is_some_and(|(n, _)| n <= 0.0);
        match name {
            "display" => self.removed = Some(value == "none"),
            "mso-hide" => self.clipped = Some(value == "all"),
            "visibility" if value != "inherit" => self.invisible = Some(matches!(value, "hidden" | "collapse")),
            "opacity" => self.transparent = length(value).map(|(n, unit)| if unit == "%" { n <= 5.0 } else { n <= 0.05 }),
            "font-size" => self.tiny = tiny(value),
            // A number without unit is the weight of the letters.
            "font" => self.tiny = value.split([' ', '/']).filter(|v| *v == "0" || v.ends_with(char::is_alphabetic)).find_map(tiny),
            "color" => self.colour = (!matches!(value, "inherit" | "currentcolor")).then(|| paint(value)),
            "background" | "background-color" => self.ground = Some(ground(value)),
            "text-indent" | "left" | "top" | "right" | "bottom" | "margin-left" | "margin-top" | "margin" => {
                self.off_page = Some(value.split_whitespace().any(is_off_page));
            }
            "transform" => self.off_page = Some(value.replace(' ', "").contains("scale(0)") || value.contains("-9999")),
            "clip" => self.clipped = Some(value.starts_with("rect") && value.split(['(', ',', ' ', ')']).skip(1).all(is_point)),
            "clip-path" => self.clipped = Some(value.contains("inset(50%") || value.contains("inset(100%") || value.contains("circle(0")),
            "height" | "max-height" | "width" | "max-width" => {
                let point = none(value) || matches!(length(value), Some((n, "px")) if n <= 1.0);
                self.flat = Some(point || self.flat == Some(true));
            }
            "overflow" | "overflow-x" | "overflow-y" => self.cut_off = Some(matches!(value, "hidden" | "clip")),
            _ => {}
        }
    }
}

/// A number and its unit.
fn length(value: &str) -> Option<(f32, &str)> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    Some((number.parse().ok()?, unit.trim()))
}

/// Whether a size of letters is too small; `None`: it depends on what stands around, or says nothing.
fn tiny(value: &str) -> Option<bool> {
    match length(value) {
        Some((n, "rem")) => Some(n <= 0.1),
        Some((n, "em" | "ex" | "ch" | "vw" | "vh")) => (n <= 0.1).then_some(true),
        Some((n, "%")) => (n <= 10.0).then_some(true),
        Some((n, _)) => Some(n <= TINY),
        None => matches!(value, "small" | "medium" | "large" | "x-large" | "xx-large" | "x-small" | "xx-small").then_some(false),
    }
}

fn is_off_page(value: &str) -> bool {
    match length(value) {
        Some((n, "px" | "pt" | "")) => n <= OFF_PAGE,
        Some((n, "em" | "rem" | "%" | "vw" | "vh" | "in" | "cm")) => n <= OFF_PAGE / 10.0,
        Some((n, "mm")) => n <= OFF_PAGE / 3.0,
        _ => false,
    }
}

/// An edge of a clip that leaves at most a point.
fn is_point(edge: &str) -> bool {
    edge.is_empty() || length(edge).is_some_and(|(n, _)| n.abs() <= 1.0)
}

/// The colour of a background: its first word that names one.
fn ground(value: &str) -> Paint {
    if value.contains("url(") || value.contains("gradient") {
        return Paint::Unknown;
    }
    if value.starts_with("rgb") {
        return paint(value);
    }
    let found = value.split_whitespace().map(paint).find(|p| *p != Paint::Unknown);
    found.unwrap_or(if matches!(value, "none" | "inherit" | "initial") { Paint::Clear } else { Paint::Unknown })
}

fn paint(value: &str) -> Paint {
    let value = value.trim();
    match value {
        "transparent" => Paint::Clear,
        "white" => Paint::Solid([255; 3]),
        "snow" => Paint::Solid([255, 250, 250]),
        "ivory" => Paint::Solid([255, 255, 240]),
        "ghostwhite" => Paint::Solid([248, 248, 255]),
        "floralwhite" => Paint::Solid([255, 250, 240]),
        "whitesmoke" => Paint::Solid([245; 3]),
        "black" => Paint::Solid([0; 3]),
        _ => match value.strip_prefix('#') {
            Some(digits) => hex(digits),
            None => rgb(value).or_else(|| (value.len() == 6).then(|| hex(value))).unwrap_or(Paint::Unknown),
        },
    }
}

fn hex(digits: &str) -> Paint {
    let nibbles: Option<Vec<u8>> = digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    match nibbles.as_deref() {
        Some([_, _, _, 0] | [_, _, _, _, _, _, 0, 0]) => Paint::Clear,
        Some([r, g, b] | [r, g, b, _]) => Paint::Solid([r * 17, g * 17, b * 17]),
        Some([a, b, c, d, e, f] | [a, b, c, d, e, f, _, _]) => Paint::Solid([a * 16 + b, c * 16 + d, e * 16 + f]),
        _ => Paint::Unknown,
    }
}

/// `rgb(255, 255, 255)`, `rgba(0 0 0 / 0)`.
fn rgb(value: &str) -> Option<Paint> {
    let inner = value.strip_prefix("rgba(").or_else(|| value.strip_prefix("rgb("))?;
    let inner = inner.split(')').next()?;
    let mut parts = inner.split([',', ' ', '/']).filter(|p| !p.is_empty()).map(length);
    let mut channel = || {
        let (n, unit) = parts.next()??;
        let n = if unit == "%" { n * 2.55 } else { n };
        (0..=255u8).find(|c| f32::from(*c) >= n.clamp(0.0, 255.0).floor())
    };
    let solid = [channel()?, channel()?, channel()?];
    let clear = parts.next().flatten().is_some_and(|(alpha, _)| alpha <= 0.05);
    Some(if clear { Paint::Clear } else { Paint::Solid(solid) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hides(style: &str) -> bool {
        let (usual, important) = Declared::read(style);
        let mut said = usual;
        said.take(important);
        Look::default().with(said).is_hidden()
    }

    #[test]
    fn every_way_of_hiding_is_known_and_every_way_of_laying_out_is_none() {
        let hidden = [
            "display:none",
            "DISPLAY : NONE !important",
            "visibility:hidden",
            "mso-hide:all",
            "opacity:0",
            "opacity:0.01",
            "font-size:0",
            "font-size:0.1px",
            "font-size: 1px",
            "font-size:.01em",
            "font:0/0 a",
            "font:1px/1px Arial",
            "color:#fff",
            "color:#fefefe",
            "color: rgb(255, 255, 255)",
            "color:rgba(0,0,0,0)",
            "color:transparent",
            "background:#123456;color:#123456",
            "text-indent:-9999px",
            "position:absolute;left:-999px",
            "margin-left:-5000px",
            "position:absolute;clip:rect(0,0,0,0)",
            "clip:rect(1px, 1px, 1px, 1px)",
            "max-height:0;overflow:hidden",
            "width:0px; overflow:hidden",
            "position:absolute;width:1px;height:1px;overflow:hidden",
            "transform:scale(0)",
        ];
        for style in hidden {
            assert!(hides(style), "{style}");
        }
        let shown = [
            "",
            "display:block",
            "background:#0a6470;color:#fff",
            "color:#fff;background-image:url(x.png);background:url(x.png)",
            "color:windowtext",
            "font-size:11.0pt",
            "font-size:0.9em",
            "font:12px/1.5 Arial",
            "margin-left:-18pt;text-indent:-18.0pt",
            "margin:0 0 0 .8ex",
            "max-height:0",
            "height:1px",
            "overflow:hidden",
            "line-height:0",
            "opacity:0.6",
            "color:#666;background:white",
        ];
        for style in shown {
            assert!(!hides(style), "{style}");
        }
    }
}
