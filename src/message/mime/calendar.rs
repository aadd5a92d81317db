//! What a calendar entry (RFC 5545) says, for mail that holds nothing else.

use super::charset;

/// Summary, place and description, one a line.
pub fn words(bytes: &[u8], label: Option<&str>) -> String {
    let text = charset::decode(bytes, label).text;
    let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let mut said: Vec<String> = Vec::new();
    for line in unfolded.lines().take(2_000) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = name.split(';').next().unwrap_or(name);
        if ["SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT"].contains(&name) {
            let value = value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\");
            if !said.contains(&value) {
                said.push(value);
            }
        }
    }
    said.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_to_a_meeting_is_readable() {
        let entry =
            b"BEGIN:VCALENDAR\r\nSUMMARY;LANGUAGE=en:Exam\\, part 1\r\nDESCRIPTION:Bring your\r\n  card\\nand a pen\r\nEND:VCALENDAR\r\n";
        assert_eq!(words(entry, None), "Exam, part 1\nBring your card\nand a pen");
    }
}
