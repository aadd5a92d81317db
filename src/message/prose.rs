//! What machines say, in the languages that reach the desk. Patterns run on folded text: lower case, no accents, one space between words.

use std::sync::LazyLock;

use unicode_normalization::char::decompose_canonical;

use super::pattern::{Pattern, pattern};

/// Text made comparable.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Folded(String);

impl Folded {
    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// At most its first `bytes`: notices say at once what they are.
    pub fn first(&self, bytes: usize) -> &str {
        let mut end = bytes.min(self.0.len());
        while !self.0.is_char_boundary(end) {
            end -= 1;
        }
        self.0.get(..end).unwrap_or_default()
    }
}

/// Folds at most the first `most` letters of `text`.
pub fn folded(text: &str, most: usize) -> Folded {
    let mut out = String::with_capacity(text.len().min(most * 2));
    for c in text.chars().take(most) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            '\u{2018}' | '\u{2019}' | '`' | '\u{b4}' => out.push('\''),
            c if c.is_whitespace() || c == '*' || c == '\u{200b}' => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c if c.is_ascii() => out.push(c),
            '\u{300}'..='\u{36f}' => {}
            'ß' => out.push_str("ss"),
            'œ' | 'Œ' => out.push_str("oe"),
            'æ' | 'Æ' => out.push_str("ae"),
            'ø' | 'Ø' => out.push('o'),
            c if c < '\u{1f00}' => decompose_canonical(c, |part| {
                if !matches!(part, '\u{300}'..='\u{36f}') {
                    out.extend(part.to_lowercase());
                }
            }),
            c => out.push(c),
        }
    }
    Folded(out)
}

/// Addresses that a text names, as written.
pub fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let edge = |c: char| c.is_whitespace() || "<>()[]\"',;:|".contains(c);
    text.split(edge)
        .take(20_000)
        .map(|w| w.trim_matches(|c: char| "./*=-".contains(c)))
        .filter(|w| w.split_once('@').is_some_and(|(l, d)| !l.is_empty() && d.contains('.') && !d.contains('@')) && w.len() < 255)
}

macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident = [$($part:literal),+ $(,)?];)+) => {
        $($(#[$doc])* pub static $name: LazyLock<Pattern> = LazyLock::new(|| pattern(concat!($($part),+)));)+
    };
}

phrases! {
    /// A subject that passes mail on.
    FORWARD = [r"^(\[[^\]]{0,40}\] ?)?((re|aw|sv) ?: ?)*(fw|fwd|tr|wg|rv|enc|i|doorst|vs|vb) ?: "];
    /// A subject that answers.
    REPLY = [r"^(re|aw|sv|antw|ref|odp|rv|rif|r)( ?\[\d+\])? ?: "];
    /// A person wants something; notices that say whom else to ask do not match.
    ASKS = [
        r"\?|please (send|resend|help|tell|resolve|fix|reset|let me|issue|give|advise|look)|(can|could|would) (you|someone|",
        r"anybody|anyone)|",
        r"\b(help|aidez)[ -]?(me|moi)\b|i (need|cannot|can't|am unable|tried|got|received|still)\b|\bmy (code|exam|invitation|",
        r"password|account|login|link)\b|",
        r"pou(vez|rriez)[- ]vous|j'ai (recu|essaye|besoin)|je (n'arrive|ne peux|n'ai)|\bmon (code|examen|invitation|mot de passe|",
        r"compte|lien)\b|",
        r"renvoyez|envoyez[- ]moi|konnen sie|mein (code|zugang|konto)|puede usted|mi (codigo|cuenta|examen)",
    ];
    /// People end their mails; mail systems do not.
    CLOSES = [
        r"\b(kind|best|warm) (regards|wishes)|\bsincerely|\bcordialement|\bmany thanks|\bthank you( very much| in advance)?[,.!]|\bthanks[,.!]|mit freundlichen|\bsaludos\b|",
        r"\b(our|my) (students?|candidates?|colleagues?|learners?)\b|\b(nos|mes) (etudiants?|collegues?)\b",
    ];
    /// Somebody tells what happened to them.
    FIRST_PERSON = [
        r"\bi (wrote|sent|got|received|tried)\b|\bmy (student|mail|message)|j'ai |quand je vous|ich habe|he recibido|one of (my|",
        r"our)",
    ];
    /// A request passed on by a help desk, with the trouble in it.
    OWN_TROUBLE = [
        r"(code|link|password|invitation)[^.]{0,30}(expired|invalid|rejected|not work|refused|never)|(cannot|can't|unable to|",
        r"could not) (log|sign|access|activate)|",
        r"(code|lien|mot de passe|invitation)[^.]{0,30}(expire|invalide|refuse|ne fonctionne|pas recu)|ne peut pas (se connecter|",
        r"acceder)|n'arrive pas a",
    ];
    /// It is about the writer's own things.
    MINE = [r"\b(my|mon|ma|mein|meine|mi) ([a-z]{3,15} )?(code|exam|invitation|password|account|login|link|access|lien|compte|examen|zugang)"];
    /// Display names of mail systems.
    SYSTEM_NAME = [
        r"mail (delivery|system|administrator|server|filter|gateway)|mailer.?daemon|delivery (sub)?system|system administrator|",
        r"postmaster|",
        r"spam (firewall|filter)|microsoft (outlook|exchange)|internet mail|mail content|administrateur (systeme|du courrier)|",
        r"systemadministrator|mailserver",
    ];
    /// Subjects of notices that something was not delivered.
    UNDELIVERED_TITLE = [
        r"undeliver|nondeliver|non-deliver|deliver(y|ed)? ?(status|failure|failed|has failed|error|problem|report|delayed|",
        r"incomplete|notification|attempt)|",
        r"mail (delivery|failure|error|system error|not delivered|could not|returned|rejected)|return(ed|ing)? (mail|message|",
        r"to sender|email)|failure notice|failed (mail|delivery|message)|",
        r"message (status|you sent|delayed|rejected|refused|blocked|not delivered|undeliv|delivery)|(could|can) ?not (be |send|",
        r"deliver)|unable to deliver|",
        r"not (been )?delivered|delayed mail|delayed \d+ hours|warning: (message|could not)|mail status|address not found|",
        r"non remis|non distribu|non delivr|non livre|echec (de |d')|message refuse|retour a l'expediteur|retard de (remise|",
        r"livraison)|impossible (de remettre|a remettre)|",
        r"unzustellbar|unzustellbarkeit|zustell|nicht zugestellt|no se pu(ede|do) entregar|no entregad|error de entrega|",
        r"no se ha podido entregar|correo devuelto|",
        r"mancat[oa] (recapito|consegna)|non recapitab|onbestelbaar|niet (afgeleverd|bezorgd)|nao (foi possivel entregar|",
        r"entregue)|falha na entrega|devolvid|",
        r"kan inte levereras|gick inte att leverera|kunne ikke leveres|ei voitu toimittaa|niedostarczon|nie dostarczono|",
        r"недоставлен|не доставлен|недоставк|",
        r"配信(不能|エラー|できません|失敗)|配達|送信エラー|送信できません|送信失敗|メールエラー|エラー通知|届きませんでした|退信|投递失败|无法投递|系统退信|",
        r"未送达|전송 ?실패",
    ];
    /// What such notices say.
    UNDELIVERED = [
        r"(could|can|was|were|has|have|is|did) ?n[o']t (be |been |being )?(able to )?(be )?(deliver|reach|sent)|",
        r"not be(en)? delivered|unable to deliver|undeliverable|failed permanently|",
        r"(delivery|message)[a-z ]{0,30}(has )?fail|permanent(ly)? (fatal )?(error|failure|failed)|transient non-fatal|",
        r"returned to (the )?sender|",
        r"(unknown|no such|invalid|unrouteable) (user|recipient|address|mailbox|host)|(user|recipient|mailbox|account|",
        r"address) (is )?(unknown|not found|unavailable|disabled|full|rejected|does ?n[o']t exist|over quota)|",
        r"no mailbox here|over ?quota|quota exceeded|address(es)? (not found|rejected|failed|had)|(rejected|blocked) by|",
        r"not accepting mail|",
        r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d|qmail-send|created automatically by mail delivery|mail system at host|",
        r"delivery problems|do not need to resend|",
        r"not listed in (the )?(domino|public)|doesn't have an? .{0,20}account|",
        r"n'a (pas )?(pu|ete)( pas)? (etre )?(remis|livre|distribue|delivre|achemine)|n'a pas (pu etre|ete) |",
        r"impossible de (remettre|livrer|distribuer)|adresse[a-z ]{0,60}introuvable|echec de la remise|utilisateur inconnu|",
        r"boite (aux lettres )?(pleine|introuvable)|",
        r"nicht (zugestellt|ausgeliefert|erreicht)|unbekannter (benutzer|empfanger)|unzustellbar|no se pu(do|ede) entregar|",
        r"no se (ha podido|encontro)|buzon lleno|",
        r"non e stato (recapitato|consegnato)|impossibile (recapitare|consegnare)|casella (piena|non esiste)|",
        r"nao (foi possivel entregar|pode ser entregue)|nao foi entregue|",
        r"niet worden (afgeleverd|bezorgd)|kon niet|kunde inte levereras|kunne ikke leveres|nie (mozna|zostala|",
        r"mogla)[a-z ]{0,20}dostarcz|не (может|было|удалось|доставлен)|",
        r"配信できません|配信されません|届けることができません|届きません|届けられません|送信できません|メールエラー|存在しません|宛先|",
        r"无法(送达|投递)|退回|被退回|전달되지",
    ];
    /// Subjects of aggregate reports (DMARC, TLS).
    AGGREGATE = [
        r"^(\[[^\]]*\] ?)?report domain ?: .{1,200}(submitter|report-id)|^(\[[^\]]*\] ?)?(dmarc|tls|smtp tls|forensic|aggregate|auth(entication)?[ -]failure)[a-z -]{0,24} reports?\b|^complaint about message from|^(e-?mail )?(abuse|",
        r"feedback|spam|fbl)[a-z/ -]{0,20} (report|complaint|notification)|^\[?(feedback[ -]loop|fbl)\b",
    ];
    /// An exam, a course: what students are absent from.
    OF_AN_EXAM = [r"\b(exams?|examens?|evaluations?|midterm|quiz|tests?|klausur|prufung|justifi|medical|medecin|doctor)\b"];
    /// Subjects of read receipts.
    RECEIPT_TITLE = [
        r"^(read|not read|unread|deleted|displayed|lu|non lu|pas lu|gelesen|ungelesen|nicht gelesen|leido|no leido|letto|",
        r"non letto|lido|nao lida|gelezen|niet gelezen|last|olast|lest) ?: |",
        r"^(return|read) receipt|accuse de (lecture|reception)|confirmation de lecture|lesebestatigung|conferma di lettura|",
        r"confirmacion de lectura|開封",
    ];
    /// What they say.
    RECEIPT = [
        r"(was|has been|were) (read|displayed|deleted|seen|opened)|deleted without being read|this is a (return |read )?receipt|",
        r"return receipt|",
        r"a ete (lu|affiche|supprime|ouvert)|sans (avoir )?ete lu|accuse de (lecture|reception)|gelesen|geloscht|fue (leido|",
        r"eliminado)|e stato (letto|eliminato)|foi (lida|excluida)|is gelezen|開封",
    ];
    /// Subjects that only programs write.
    SURE_ABSENCE = [
        r"^(\[[^\]]{0,40}\] ?)?((re|aw|sv|antw) ?: ?)*(auto(matic|mated|matically)?[ -]?(generated )?(reply|response|answer|",
        r"responder|respond)\b|auto ?: |autosvar|",
        r"out[ -]of[ -](the[ -])?office (auto|reply|notification|message|re ?:|:)|(ooo|oof|out of (the )?office) ?[:(]|",
        r"vacation (reply|re ?:|response|message|notice)|",
        r"reponse auto(matique|matisee)|(message|notification|avis|notice) (d'absence|automatique)|absence du bureau ?(:|$|\(|re ?:)|",
        r"absent(e)? du bureau ?(:|$|re ?:)|",
        r"abwesenheits(notiz|nachricht|meldung|hinweis|benachrichtigung|assistent)|automatische (antwort|abwesenheit)|out-of-office|",
        r"respuesta (auto|de ausencia)|fuera de (la )?oficina ?:|risposta auto|automatisch(e)? (antwoord|reactie)|resposta auto|",
        r"automatiskt? (svar|besvar)|automaattinen|odpowiedz auto|autoodpowiedz|automaticka odpoved|автоответ|",
        r"автоматическии ответ|автоматична відповідь|автоматичен отговор|automatyczna odpowiedz|automatikus valasz|otomatik (yan[iı]t|cevap)|automatiska atbilde|",
        r"automatinis atsakymas|automaatvastus|automatizovana odpoved|automatisk (svar|besvarelse)|fravaersbesked|afwezigheids(bericht|melding)|messaggio automatico|",
        r"contestacion automatica|raspuns automat|αυτοματη απαντηση|automatski odgovor|samodejni odgovor|balasan otomatis|tra loi tu đong|ตอบกลับอัตโนมัติ|رد تلقائي|",
        r"自動(応答|返信|回覆|回复)|不在通知|自动(回复|回覆|答复|应答)|외출|자동 ?(응답|",
        r"회신))",
    ];
    /// Events of a delivery service, as JSON.
    EVENT = [r#"\\?"(notificationtype|eventtype)\\?" ?: ?\\?"(bounce|complaint|delivery|deliverydelay|reject)"#];
    /// Subjects that programs write, and people too.
    LIKELY_ABSENCE = [
        r"^((re|aw|sv|antw) ?: ?)*(out[ -]of[ -](the[ -])?office|ooo\b|oof\b|away\b|on (vacation|holiday|leave|annual leave|",
        r"maternity leave|sabbatical)|vacation|holiday|i am (away|out|on)|i'm (away|out|on)|",
        r"absen|je suis absent|en (conge|vacances)|hors du bureau|conge|abwesen|urlaub|nicht im (buro|haus)|ausen|fuera de|ferie|",
        r"fuori (ufficio|sede)|assen|afwezig|fravar|franvaro|semester|poissa|ferias|out until|currently (away|out)|",
        r"不在|休暇)",
    ];
    /// Words of absence.
    ABSENT = [
        r"out of (the |my )?office|(away|absent) (from|until|till|this|next|for|on|at|\d)|i('m| am| will be) (currently |now |",
        r"presently )?(away|out\b|absent|on )|on (annual |parental |sick |maternity |paternity |study |research )?(leave|",
        r"vacation|holiday|sabbatical)|",
        r"(limited|no|intermittent|infrequent|irregular) access to (my )?(e-?mail|mail|internet)|(return|back|reply|respond|",
        r"answer)[a-z ]{0,25} (on|when|upon|after|until|in|as soon)|office (is|will be) closed|gone fishing|back in|",
        r"no longer (work|with|employed)|",
        r"(suis|serai|sommes) (actuellement )?(absent|en conge|en vacances|hors|a l'exterieur|en deplacement)|absente? (du|jusqu|",
        r"pour|de mon)|de retour|mon retour|en (conge|vacances) |hors du bureau|bureau (est|sera) ferme|",
        r"nicht im (hause?|buro|dienst)|abwesend|im urlaub|ausser haus|wieder (erreichbar|im|zuruck)|bin (ich )?(derzeit|",
        r"momentan|zur zeit|bis)|",
        r"fuera de (la |mi )?oficina|estoy (ausente|de vacaciones)|estare (fuera|ausente|de vuelta)|fuori ufficio|sono (assente|",
        r"in ferie)|saro (assente|di ritorno)|afwezig|niet aanwezig|op vakantie|ausente|de ferias|fora do escritorio|",
        r"inte pa kontoret|semester|ikke pa kontoret|nieobecn|poza biurem|отсутству|в отпуске|不在|休暇|",
        r"外出|출장|休假",
    ];
    /// The first sentence of a notice.
    AWAY = [
        r"\b(i am|i'm|i will be|i'll be) (currently |now |presently |temporarily )?(out of (the |my )?office|away (from|on|until|",
        r"at)|on (annual |parental |sick |maternity |paternity |study |research )?(leave|vacation|holiday|sabbatical))|",
        r"\bje (suis|serai) (actuellement |presentement |en ce moment )?(absent|en conge|en vacances|hors du bureau|",
        r"en deplacement|a l'exterieur du bureau)|bureau (est|sera) ferme|our office (is|will be) closed|",
        r"ich bin (derzeit |momentan |zur zeit |aktuell |bis |vom )[^.]{0,40}(nicht|abwesend|urlaub)|",
        r"estoy (actualmente )?(fuera de la oficina|de vacaciones|ausente)|sono (attualmente )?(fuori ufficio|assente|in ferie)|",
        r"ik ben (momenteel |tot )?[^.]{0,30}(afwezig|niet aanwezig)|estou ausente",
    ];
    /// How a notice goes on.
    BACK = [
        r"(will|shall|'ll) (return|be back|reply|respond|answer|get back|be returning|read|check)|(urgent|immediate|emergency|",
        r"in my absence|upon my return|when i (return|am back|get back))|(limited|no) access|please (contact|call|write to|",
        r"e-?mail|reach)|back (on|in)|returning|",
        r"de retour|mon retour|urgen|en mon absence|(contacter|communiquer avec|ecrire a|adresser|joindre)|dringend|rechtzeitig|",
        r"zuruck|wieder|vertretung|weitergeleitet|urgente|volvere|contact(ar|e)|rientro|terug|neem contact|regresso|retornarei",
    ];
    /// Subjects of acknowledgements.
    ACKNOWLEDGED_TITLE = [
        r"(we have|we've|have) received your|(request|ticket|case|message|enquiry|inquiry|e-?mail) (was |has been |",
        r"is )?(received|created|opened|registered|logged|acknowledg)|received: |thank you for (contacting|your (message|e-?mail|",
        r"request|enquiry|inquiry))|",
        r"(confirm|acknowledg)[a-z]* (of )?(receipt|reception)|accuse de reception|(demande|message|courriel|billet|requete) (a |",
        r"n'a |ont )?(bien )?(ete )?(recue?|enregistre|cree)|nous avons (bien )?recu|merci (d'avoir|de nous avoir) contact|",
        r"eingangsbestatigung|anfrage (erhalten|eingegangen)|hemos recibido su|abbiamo ricevuto|recebemos (sua|seu)|",
        r"confirm your (message|e-?mail|mail)|お問い合わせ(ありがとう|を受け付け)|受け付けました",
    ];
    /// What they say.
    ACKNOWLEDGED = [
        r"(we have|we've|have) (successfully )?received your (request|message|e-?mail|enquiry|inquiry|ticket|question|mail)|",
        r"your (request|ticket|message|e-?mail|enquiry|inquiry|case|question)[a-z0-9#() ]{0,30} (has been|was|is) (received|",
        r"created|opened|registered|logged|being|assigned)|",
        r"thank you for (contacting|your (message|e-?mail|request|enquiry|inquiry|interest)|getting in touch|reaching)|",
        r"ticket (has been|was) (created|opened)|(ticket|case|reference|request) (number|id|no\.?|#)|will (get back|respond|",
        r"reply|be in touch|answer|contact you)|(do not|don't) reply to this|please (do not|don't) reply|",
        r"(nous )?avons (bien )?recu votre (demande|message|courriel|mail|e-mail|requete)|votre (demande|message|courriel|",
        r"requete) (a |nous est )?(bien )?(ete )?(recue?|enregistre|parvenu|pris)|numero (de )?(dossier|billet|ticket|demande|",
        r"suivi)|porte le numero|(repondra|repondrons|reviendrons vers vous|traiterons)|(merci de )?ne pas (y )?repondre|",
        r"ne repondez pas|",
        r"ihre (anfrage|nachricht|e-?mail) (ist|wurde|haben)|ticket-?nummer|vorgangsnummer|hemos recibido su|numero de (caso|",
        r"ticket)|abbiamo ricevuto|recebemos (sua|seu)|受け付けました|being held|is held",
    ];
    /// Somebody thanks for an answer, gives their own number, or tells what they did: no machine has a case of its own.
    PERSONAL = [
        r"\b(my|mon|ma|mes|mein|meine|mi) ([a-z]{2,15} ){0,2}(cases?|tickets?|files?|dossiers?|billet|numbers?|numero|reference|code|request|demande|question|problem|probleme|exam|examen|invitation|",
        r"password|mot de passe|account|compte|login|link|lien|access|acces|address|adresse|name|nom|students?|etudiante?s?|colleagues?|collegues?|daughter|fille|son|fils)\b|",
        r"\b(our|nos|notre) (students?|candidates?|etudiante?s?|candidate?s?)\b|(contacting|answering|helping|calling|writing) (to )?me\b|\b(m'avoir|de m'|de me|me) (contacte|repond|ecri|rappel|aide)|",
        r"\bi('m| am) (still|not|writing|sending|attaching|waiting|unable|trying)|\bi('ve| have) (not|already|tried|sent|attached|been|done|just|now|a |an |the )|\bi (tried|sent|wrote|did|just|still|cannot|can't|",
        r"already|attach|enclose|understand|appreciate|would like|think|believe|hope|wonder|got|found|forgot)\b|\bhere (is|are) my\b|\bvoici (mon|ma|mes)\b|\bj'(ai|attends|aimerais|espere|essaie)\b|",
        r"\bje (n'|ne |suis (toujours|encore)|vous (envoie|transmets|ecris|joins|fais|confirme)|confirme|comprends|voudrais|souhaite|pense|crois|joins|reste)\b",
    ];
    /// The notice says itself that no person wrote it.
    CALLS_ITSELF_AUTOMATIC = [
        r"th(is|e) (is|was) an? (automat(ed|ic|ically[ -]generated)|auto[ -]?(generated|reply|response|mated))|(this|",
        r"the) (message|e-?mail|mail|notice|reply|response) (was|is|has been) (being )?((sent|generated|created|",
        r"produced) automatically|automatically (sent|generated|created)|auto-?generated)|automat(ed|ic) (reply|response|",
        r"acknowledg)|",
        r"(ceci est |il s'agit d')une? (message|courriel|reponse|accuse|avis|e-?mail|mail) (genere[e]? |envoye[e]? )?automati|",
        r"(message|courriel|e-?mail|reponse) (a ete )?(genere|envoye)[e]? automatiquement|",
        r"(dies|das|diese[rs]?) (ist |e-?mail |nachricht )?(eine |wurde )?(automatisch)|este (es un )?(mensaje|",
        r"correo) (fue generado |es )?automatic|questo e un messaggio automatic|esta (e uma )?mensagem (e )?automatic|",
        r"dit is een automatisch|detta ar ett automatiskt|このメールは自動|本邮件为系统自动",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_comparable() {
        assert_eq!(folded("  Réponse\u{a0}AUTOMATIQUE :\n\tl’Œuvre", 100).as_str(), "reponse automatique : l'oeuvre");
        assert_eq!(folded("Büro 自動応答", 100).as_str(), "buro 自動応答");
        assert_eq!(folded(&"é".repeat(50), 10).first(3), "eee");
    }

    #[test]
    fn addresses_are_found_in_prose() {
        let text = "to <bob@x.example>: or mailto:eve@y.example, not a@b or @z.example";
        assert_eq!(addresses(text).collect::<Vec<_>>(), ["bob@x.example", "eve@y.example"]);
    }
}
