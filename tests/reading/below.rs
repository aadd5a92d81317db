//! What stands below a person's name or the line of their device: their own words stay, what only tells who they are goes.

use crate::read;

/// What stands below "My code is refused.", and what of it stays ("" for nothing).
const CASES: &[(&str, &str)] = &[
    ("Sent from my iPhone\n\nand also my code is NX07-4KTR-18", "and also my code is NX07-4KTR-18"),
    ("Envoyé de mon iPhone\n\nPS: mon examen est vendredi", "PS: mon examen est vendredi"),
    ("Envoyé de mon iPhone\nmais ça ne marche pas sur mon ordi", "mais ça ne marche pas sur mon ordi"),
    ("Sent from my iPhone\nMy address is ada.roy@uni.example", "My address is ada.roy@uni.example"),
    ("Sent from my iPhone\n\nExam is on Friday at 2 pm", "Exam is on Friday at 2 pm"),
    ("Get Outlook for Android\n\nada.roy@uni.example is the address I used", "ada.roy@uni.example is the address I used"),
    ("Envoyé depuis mon téléphone Galaxy\n\nexamen le 5 novembre à 14h", "examen le 5 novembre à 14h"),
    ("Sent from Yahoo Mail on Android\n\nstill nothing in junk", "still nothing in junk"),
    ("Sent from my iPhone\n\nwhen will someone answer", "when will someone answer"),
    ("Envoyé de mon iPad\n\nc'est urgent svp", "c'est urgent svp"),
    ("Sent from my iPhone\n\nforgot to say the course is CHEM 2301", "forgot to say the course is CHEM 2301"),
    ("Sent from my iPhone\n\nThis is unacceptable!", "This is unacceptable!"),
    ("Von meinem iPhone gesendet\n\naber der Link ist auch tot", "aber der Link ist auch tot"),
    ("Enviado desde mi iPhone\n\ny el enlace no funciona", "y el enlace no funciona"),
    ("Sent from my iPhone\n\nAda Roy\nNursing student\n514-555-0199", ""),
    ("Sent from my iPhone\nPlease excuse brevity and typos\n\nAda Roy\nNorth College", ""),
    (
        "Best regards,\nAda Roy\nStudent, North College\n514-555-0199\n\nPS: the exam is tomorrow at 9",
        "Best regards,\n\nPS: the exam is tomorrow at 9",
    ),
    ("Cordialement,\nAda Roy\nÉtudiante\n514-555-0199\n\nP.S. j'ai essayé deux fois", "Cordialement,\n\nP.S. j'ai essayé deux fois"),
    ("Thanks,\nAda\n\nand also the link is dead", "Thanks,\nAda\n\nand also the link is dead"),
    ("Merci,\nAda\nmais ça ne marche pas avec Google", "Merci,\nAda\nmais ça ne marche pas avec Google"),
    ("Regards,\nAda Roy\nTel 514-555-0199\n\nStill waiting since Friday", "Regards,\n\nStill waiting since Friday"),
    ("Regards,\nAda Roy\nada.roy@uni.example\n\nExam: CHEM 2301 on Nov 5", "Regards,\n\nExam: CHEM 2301 on Nov 5"),
    ("Thanks\nAda Roy\n+1 514 555 0199\n\nwhat is the deadline", "Thanks\n\nwhat is the deadline"),
    ("Kind regards\nAda Roy\n+1 514 555 0199\n\nI use the address ada@uni.example", "Kind regards\n\nI use the address ada@uni.example"),
    ("Regards,\nAda Roy\nCell: 514-555-0199\nmy exam is tomorrow at 9", "Regards,\nmy exam is tomorrow at 9"),
    ("-- \nAda Roy\nStudent\n\nOh and my new address is ada@home.example", "Oh and my new address is ada@home.example"),
    ("-- \nAda Roy\nStudent\n\nthe exam is on 5 November at 14:00", "the exam is on 5 November at 14:00"),
    ("--\nAda Roy\n\nPS I tried Chrome too", "PS I tried Chrome too"),
    ("-- \nAda Roy\nCollège du Nord\n\nPS : le cours est CHM1301", "PS : le cours est CHM1301"),
    ("________________________________\nAda Roy\nStudent, 2nd year\n514-555-0199\n\nPs can you call me", "Ps can you call me"),
    ("-- \nAda Roy\nStudent\n\"Be yourself; everyone else is already taken.\"", ""),
    ("-- \nAda Roy\nI respectfully acknowledge that I live on unceded land.", ""),
    (
        "Best regards,\n\nDr. Ada Roy, RN\nNorth University | Faculty of Nursing\n12 Elm Street\nT: 514-555-0199\n\n\"To invent is to predict.\" - A. Thinker",
        "Best regards,",
    ),
    (
        "Bonne journée,\n\nAda Roy\nConseillère\nCégep du Nord\n450 555-0101, poste 22\n\nAvis de confidentialité : Ce courriel est confidentiel.",
        "Bonne journée,",
    ),
    (
        "Regards\nAda Roy\nNorth\n+1 514 555 0101\n\nNOTICE: This email may contain confidential information. You must not disclose it.",
        "Regards",
    ),
    ("Met vriendelijke groet,\n\nAda Roy\nExamenbureau\nT 020 555 0199\nAanwezig op ma, di en do", "Met vriendelijke groet,"),
    ("Kind regards,\nAda Roy\nExam Coordinator\nMy working days are Monday and Tuesday\nTel 514-555-0101", "Kind regards,"),
    ("Thank you\nAda Roy\n514 555 0199\nStudent number 20219876", "Thank you"),
];

#[test]
fn words_below_a_name_stay_and_the_name_goes() {
    let mut wrong = Vec::new();
    for (below, stays) in CASES {
        let raw = format!("From: ada@uni.example\nContent-Type: text/plain; charset=utf-8\n\nMy code is refused.\n\n{below}\n");
        let mail = read(raw.as_bytes());
        let expected = format!("My code is refused.\n\n{stays}");
        if mail.clean != expected.trim_end() {
            wrong.push(format!("{below:?}: {:?}", mail.clean));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

#[test]
fn an_open_sentence_goes_on_below_the_line_of_a_device() {
    let raw = "From: ada@uni.example\nContent-Type: text/plain\n\nI tried it with Chrome and\n\nSent from my iPhone\n\nFirefox, the same\n";
    assert_eq!(read(raw.as_bytes()).clean, "I tried it with Chrome and\n\nFirefox, the same");
}
