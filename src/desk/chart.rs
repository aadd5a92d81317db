//! Numbers to the geometry of charts: attributes of SVG that a template prints; colours are classes of the style sheet.

use serde::Serialize;

/// The width of a bar of cases.
const BAR: f64 = 340.0;
/// The gap between two pieces of a bar.
const GAP: f64 = 1.5;
/// The width of a bar of a share.
const SHARE: f64 = 120.0;
/// Where a plot's axes stand.
const LEFT: f64 = 34.0;
const RIGHT: f64 = 514.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 166.0;
/// Space between the axis and the first and last point.
const INSET: f64 = 8.0;
/// Two labels nearer than this would touch.
const LABEL: f64 = 14.0;
/// Labels under a plot.
const MOST_LABELS: usize = 5;

/// One piece of a bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// What it stands for.
    pub class: &'static str,
    /// Where it begins.
    pub x: String,
    /// How long it is.
    pub width: String,
}

/// A bar of `counts` in pieces, where `most` fills the whole width. A class of `hollow` is drawn as a line, which needs half its stroke.
pub fn pieces(counts: &[(&'static str, i64)], most: i64, hollow: &str) -> Vec<Piece> {
    let per = BAR / as_float(most.max(1));
    let mut x = 0.0;
    let mut pieces = Vec::new();
    for (class, count) in counts.iter().filter(|(_, count)| *count > 0) {
        let whole = as_float(*count) * per;
        let inner = (whole - GAP).max(1.0);
        let inset = if *class == hollow { 0.75 } else { 0.0 };
        pieces.push(Piece { class, x: number(x + inset), width: number((inner - 2.0 * inset).max(1.0)) });
        x += whole;
    }
    pieces
}

/// The length of a bar that says how much `part` is of `whole`.
pub fn share(part: i64, whole: i64) -> String {
    number(SHARE * (as_float(part.max(0)) / as_float(whole.max(1))).min(1.0))
}

/// A line of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// Height of the line.
    pub y: String,
    /// Height of the text's foot.
    pub text_y: String,
    /// What it says.
    pub label: String,
}

/// A label under the plot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Its middle.
    pub x: String,
    /// What it says.
    pub label: String,
}

/// The last point of a line, and where its label stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct End {
    /// The point.
    pub x: String,
    /// The point.
    pub y: String,
    /// Where the label begins.
    pub text_x: String,
    /// Its foot.
    pub text_y: String,
}

/// One line of a plot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Stretches without a gap, as `points` of a polyline.
    pub runs: Vec<String>,
    /// Points that stand alone between two gaps.
    pub dots: Vec<Mark>,
    /// The last point.
    pub end: Option<End>,
}

/// A plot of two lines over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plot {
    /// The grid.
    pub ticks: Vec<Tick>,
    /// Labels under it.
    pub marks: Vec<Mark>,
    /// The height of the goal.
    pub goal_y: String,
    /// Everyone.
    pub everyone: Line,
    /// Those whose evaluation is imminent.
    pub imminent: Line,
}

/// Plots two rows of values over the same labels; a missing value leaves a gap.
pub fn plot(labels: &[String], everyone: &[Option<f64>], imminent: &[Option<f64>], goal: f64) -> Plot {
    let highest = everyone.iter().chain(imminent).flatten().copied().fold(goal, f64::max);
    let step = step(highest);
    let scale = Scale { count: labels.len(), top: (highest / step).ceil().max(1.0) * step };
    let mut lines = [line(everyone, &scale), line(imminent, &scale)];
    part_labels(&mut lines);
    let [everyone, imminent] = lines;
    Plot { ticks: ticks(step, &scale), marks: marks(labels, &scale), goal_y: number(scale.y(goal)), everyone, imminent }
}

/// From values to places.
struct Scale {
    count: usize,
    top: f64,
}

impl Scale {
    fn x(&self, at: usize) -> f64 {
        let (first, last) = (LEFT + INSET, RIGHT - 2.0 * INSET);
        match self.count {
            0 | 1 => (first + last) / 2.0,
            count => first + (last - first) * at as f64 / (count - 1) as f64,
        }
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * (value.max(0.0) / self.top).min(1.0)
    }
}

/// A step of 1, 2 or 5 times a power of ten that needs at most four lines.
fn step(highest: f64) -> f64 {
    let mut step = 1.0;
    for factor in [2.0, 2.5, 2.0].into_iter().cycle().take(30) {
        if highest / step <= 4.0 {
            break;
        }
        step *= factor;
    }
    step
}

fn ticks(step: f64, scale: &Scale) -> Vec<Tick> {
    let lines = (scale.top / step).round() as usize;
    (0..=lines)
        .map(|at| {
            let value = step * at as f64;
            let y = scale.y(value);
            Tick { y: number(y), text_y: number(y + 4.0), label: format!("{value:.0}") }
        })
        .collect()
}

/// The first and the last label, and some between them at even distances.
fn marks(labels: &[String], scale: &Scale) -> Vec<Mark> {
    let last = labels.len().saturating_sub(1);
    let every = last.div_ceil(MOST_LABELS - 1).max(1);
    // One that would stand close to the last gives way to it.
    let shown = |at: usize| at == last || at.is_multiple_of(every) && last - at >= every.div_ceil(2).max(1);
    labels
        .iter()
        .enumerate()
        .filter(|(at, _)| shown(*at))
        .map(|(at, label)| Mark { x: number(scale.x(at)), label: label.clone() })
        .collect()
}

fn line(values: &[Option<f64>], scale: &Scale) -> Line {
    let places: Vec<Option<(f64, f64)>> = values.iter().enumerate().map(|(at, v)| v.map(|v| (scale.x(at), scale.y(v)))).collect();
    let mut line = Line::default();
    for run in places.split(Option::is_none) {
        let points: Vec<String> = run.iter().flatten().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        match points.as_slice() {
            [] => {}
            [_] => line.dots.extend(run.iter().flatten().map(|(x, y)| Mark { x: number(*x), label: number(*y) })),
            _ => line.runs.push(points.join(" ")),
        }
    }
    line.end = places.iter().rev().flatten().next().map(|(x, y)| End {
        x: number(*x),
        y: number(*y),
        text_x: number(x + 9.0),
        text_y: number(y + 4.0),
    });
    line
}

/// Two labels at the ends of the lines never stand on one another.
fn part_labels(lines: &mut [Line; 2]) {
    let [a, b] = lines;
    let (Some(a), Some(b)) = (&mut a.end, &mut b.end) else { return };
    let height = |end: &End| end.text_y.parse::<f64>().unwrap_or_default();
    let (of_a, of_b) = (height(a), height(b));
    let apart = LABEL - (of_b - of_a).abs();
    if a.text_x != b.text_x || apart <= 0.0 {
        return;
    }
    // The higher point, of smaller y, keeps the upper place.
    let (up, down) = if of_a <= of_b { (-apart / 2.0, apart / 2.0) } else { (apart / 2.0, -apart / 2.0) };
    a.text_y = number(of_a + up);
    b.text_y = number(of_b + down);
}

#[expect(clippy::cast_precision_loss, reason = "a chart shows no more than three digits")]
fn as_float(count: i64) -> f64 {
    count as f64
}

/// With one digit behind the point, which is a tenth of a pixel.
fn number(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(count: usize) -> Vec<String> {
        (0..count).map(|n| n.to_string()).collect()
    }

    #[test]
    fn a_bar_is_as_long_as_its_count_and_its_pieces_do_not_touch() {
        type Case<'a> = (&'a [(&'a str, i64)], i64, &'a [(&'a str, &'a str, &'a str)]);
        let cases: [Case<'static>; 5] = [
            (
                &[("c-esc", 3), ("c-auto", 9), ("c-draft", 6)],
                18,
                &[("c-esc", "0.0", "55.2"), ("c-auto", "56.7", "168.5"), ("c-draft", "226.7", "111.8")],
            ),
            (&[("c-esc", 0), ("c-draft", 4)], 18, &[("c-draft", "0.0", "74.1")]),
            (&[("c-ign", 12)], 18, &[("c-ign", "0.8", "223.7")]),
            (&[("c-auto", 1)], 100_000, &[("c-auto", "0.0", "1.0")]),
            (&[("c-auto", 0)], 0, &[]),
        ];
        for (counts, most, expected) in cases {
            let counts: Vec<(&'static str, i64)> = counts.to_vec();
            let got = pieces(&counts, most, "c-ign");
            let got: Vec<_> = got.iter().map(|p| (p.class, p.x.as_str(), p.width.as_str())).collect();
            assert_eq!(got, expected, "{counts:?}");
        }
    }

    #[test]
    fn a_share_is_never_longer_than_its_track() {
        for (part, whole, expected) in
            [(0, 10, "0.0"), (2, 10, "24.0"), (10, 10, "120.0"), (11, 10, "120.0"), (3, 0, "120.0"), (-1, 5, "0.0")]
        {
            assert_eq!(share(part, whole), expected, "{part} of {whole}");
        }
    }

    #[test]
    fn the_grid_has_round_steps_and_few_lines() {
        let cases = [(0.0, 5.0, "6"), (4.2, 1.0, "6"), (31.0, 5.0, "40"), (9.0, 5.0, "10"), (480.0, 5.0, "600"), (1e9, 5.0, "1000000000")];
        for (highest, goal, top) in cases {
            let plot = plot(&labels(2), &[Some(highest), None], &[None, None], goal);
            assert_eq!(plot.ticks.last().unwrap().label, top, "{highest}");
            assert!((2..=6).contains(&plot.ticks.len()), "{highest}: {} lines", plot.ticks.len());
            assert_eq!(plot.ticks.first().unwrap().y, "166.0");
            assert_eq!(plot.ticks.last().unwrap().y, "24.0");
        }
    }

    #[test]
    fn a_gap_parts_a_line_and_a_lonely_point_is_a_dot() {
        let values = [Some(1.0), Some(2.0), None, Some(3.0), None, Some(4.0), Some(4.0)];
        let plot = plot(&labels(7), &values, &[None; 7], 5.0);
        assert_eq!((plot.everyone.runs.len(), plot.everyone.dots.len()), (2, 1));
        assert_eq!(plot.everyone.end.unwrap().x, "498.0", "the last value");
        assert_eq!(plot.imminent, Line::default(), "nothing to draw");
    }

    #[test]
    fn the_ends_of_two_lines_have_labels_that_can_be_read() {
        for (a, b) in [(5.0, 5.0), (5.0, 5.5), (5.5, 5.0), (0.0, 0.2)] {
            let plot = plot(&labels(3), &[None, None, Some(a)], &[None, None, Some(b)], 5.0);
            let (a, b): (f64, f64) =
                (plot.everyone.end.unwrap().text_y.parse().unwrap(), plot.imminent.end.unwrap().text_y.parse().unwrap());
            assert!((a - b).abs() >= LABEL - 0.2, "{a} {b}");
        }
    }

    #[test]
    fn the_first_and_the_last_moment_are_labelled_and_few_between() {
        for (count, expected) in [
            (0, vec![]),
            (1, vec!["0"]),
            (2, vec!["0", "1"]),
            (7, vec!["0", "2", "4", "6"]),
            (14, vec!["0", "4", "8", "13"]),
            (24, vec!["0", "6", "12", "18", "23"]),
            (30, vec!["0", "8", "16", "24", "29"]),
        ] {
            let plot = plot(&labels(count), &vec![Some(1.0); count], &vec![None; count], 5.0);
            assert_eq!(plot.marks.iter().map(|m| m.label.as_str()).collect::<Vec<_>>(), expected, "{count}");
            assert!(plot.marks.iter().all(|m| (LEFT..RIGHT).contains(&m.x.parse::<f64>().unwrap())));
        }
    }
}
