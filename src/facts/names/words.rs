//! Words around and inside names, folded, and the common words that are no names though they stand where names stand.

use crate::facts::vocabulary::Words;

/// Mr, Mme, Dr …
pub fn is_title(word: &str) -> bool {
    TITLE.has(word)
}

/// de, van, el, bin … : they belong to the last name.
pub fn is_particle(word: &str) -> bool {
    PARTICLE.has(word)
}

/// Frequent Chinese and Vietnamese family names, for names that lead with them.
pub fn is_leading_surname(word: &str) -> bool {
    LEADING_SURNAME.has(word)
}

/// Vietnamese family names that are other words too.
pub fn is_vietnamese_surname(word: &str) -> bool {
    VIETNAMESE_SURNAME.has(word)
}

/// Letters that hardly any other language has.
pub fn is_vietnamese_letter(c: char) -> bool {
    matches!(c, 'ă' | 'Ă' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | 'ĩ' | 'Ĩ' | 'ũ' | 'Ũ' | '\u{1ea0}'..='\u{1ef9}')
}

/// First names that often stand second: `Marie Anne Roy`, `Mary Jane Smith`.
pub fn is_second_first_name(word: &str) -> bool {
    SECOND_FIRST_NAME.has(word)
}

/// Daughter, student, conjoint … : the person that somebody writes for.
pub fn is_relation(word: &str) -> bool {
    RELATION.has(word)
}

/// A friend or colleague: the candidate only where one writes *for* them.
pub fn is_friend(word: &str) -> bool {
    matches!(
        word,
        "friend"
            | "ami"
            | "amie"
            | "colleague"
            | "collegue"
            | "classmate"
            | "roommate"
            | "coloc"
            | "camarade"
            | "cousin"
            | "cousine"
            | "roomie"
            | "mate"
    )
}

/// Coordinator, prof, boss … : they are named in passing, not written for.
pub fn is_contact(word: &str) -> bool {
    CONTACT.has(word)
}

/// my, our, notre, one of our …
pub fn is_ours(word: &str) -> bool {
    OURS.has(word)
}

/// Regards, Merci, Cordialement … : what stands before a name at the end.
pub fn is_closer(word: &str) -> bool {
    CLOSER.has(word)
}

/// Functions, machines and bodies that stand where names do.
pub fn is_role(word: &str) -> bool {
    ROLE.has(word)
}

/// Common words of both languages: a run of words with one of them is a sentence, no name.
pub fn is_common(word: &str) -> bool {
    is_closer(word)
        || is_role(word)
        || is_study(word)
        || is_grammar(word)
        || is_matter(word)
        || crate::facts::dates::words::month(word).is_some_and(|_| !matches!(word, "may" | "april" | "june" | "august" | "avril" | "jan"))
        || crate::facts::dates::words::weekday(word, false).is_some_and(|w| !w.1)
        || crate::facts::dates::evaluation::is_exam_word(word)
}

/// Fields of study: no names of people, but titles of courses.
pub fn is_study(word: &str) -> bool {
    STUDY.has(word)
}

fn is_grammar(word: &str) -> bool {
    GRAMMAR.has(word)
}

fn is_matter(word: &str) -> bool {
    MATTER.has(word)
}

static TITLE: Words = Words::new(
    "m mr mrs ms miss mx mme mlle monsieur madame mademoiselle dr dre drs prof me sir ing maitre captain capt commandant engineer \
     docteur docteure doctor professor professeur professeure capitaine colonel major lieutenant rev pere soeur sergent sgt engr \
     ingenieur batonnier mtre cmdt mister messrs",
);
static PARTICLE: Words = Words::new(
    "de da do dos das du des del della di van von der den ten ter la le el al ben bin binti binte ibn abu st ste saint sainte mac \
     mc o zu",
);
static LEADING_SURNAME: Words = Words::new(
    "tan lim ng wong chan goh koh teo ong chua toh chong cheng leong ho low yeo sim chia wang zhang liu huang zhao zhou chen lin \
     wu xu zhu nguyen tran pham hoang ngoh seah foo tay cheung leung lam kwok vo dang bui doan truong duong huynh phan vu dinh trinh dao \
     ngo",
);
/// Only where the name is spelled in Vietnamese: elsewhere they are articles and first names.
static VIETNAMESE_SURNAME: Words = Words::new("le ly mai cao ha to ta la do ho luu quach thai vuong kieu luong");
static SECOND_FIRST_NAME: Words = Words::new(
    "anne ann jane marie louise claude pierre paul jean michel luc marc andre eve lynn lee rose grace elizabeth michelle francois \
     philippe lou sophie josee helene irfan aisyah james john joseph david william alexander catherine nicole maria sue beth kate \
     jo joy hope may mae ray thomas robert michael charles denis yves guy",
);
static RELATION: Words = Words::new(
    "daughter son student students candidate candidates wife husband child girlfriend boyfriend partner spouse sister brother \
     niece nephew mother father mom mum dad trainee resident employee fille fils etudiant etudiante etudiants etudiantes eleve \
     eleves candidat candidats epouse mari femme conjoint conjointe soeur frere blonde chum copine copain residente stagiaire \
     stagiaires enfant neveu mere pere apprenant apprenante learner nurse nurses interne internes externe externes salarie \
     salariee collaborateur collaboratrice participant participante agent infirmiere infirmier apprentie apprenti residents",
);
static CONTACT: Words = Words::new(
    "coordinator coordonnatrice coordonnateur coordinatrice coordinateur coordo prof professor professeur professeure teacher \
     enseignant enseignante lecturer tutor boss manager supervisor director directeur directrice registrar registraire secretary \
     secretaire advisor adviser conseiller conseillere responsable chef cheffe patron patronne superviseur superviseure \
     institution university adresse address code name nom",
);
static OURS: Words = Words::new("my our the a an mon ma mes notre nos une un l la le this cette cet votre de");
static CLOSER: Words = Words::new(
    "regards thanks thank thx tks ty cheers best sincerely yours truly faithfully kindly respectfully cordially love warmly \
     appreciated tia obliged gratefully wishes advance you much xx xoxo day weekend evening morning merci cordialement salutations \
     sincerement bien vous avance amicalement respectueusement remerciements beaucoup infiniment journee soiree bonne distinguees \
     cdlt cdt mci plus soir aide help urgently lmk warm kind bye ciao mille signe signed grand formerly nee anciennement svp \
     please pls semaine xo bises salut ps",
);
static ROLE: Words = Words::new(
    "service services support team equipe office bureau admin administration examens examen exams exam examinations department \
     departement iphone ipad android samsung outlook gmail mail helpdesk help desk info noreply reply university universite \
     college cegep school ecole faculty faculte ordre order registrar registraire secretariat coordination coordinator \
     coordinatrice coordonnatrice nexam contact centre center institut institute student etudiant etudiante candidate candidat \
     user utilisateur admissions admission scolarite programme program direction system systeme technique technical client it \
     manager director directeur directrice responsable secretaire mailer daemon postmaster formation evaluation evaluations \
     accounts payable receivable billing finance facturation comptes accueil inscription inscriptions comptabilite newsletter notifications haute hospital hopital clinic",
);
static STUDY: Words = Words::new(
    "nursing science sciences chemistry biology medicine medecine engineering law droit physics finance accounting marketing \
     statistics mathematics algebra pharmacology pathology history psychology economics chimie biologie physique comptabilite \
     statistiques mathematiques pharmacologie psychologie histoire economie gestion soins mock theory practice anatomy anatomie \
     informatique immunologie biochimie oral french english",
);
static GRAMMAR: Words = Words::new(
    "i me my we us our he she it its they them their this that these those there here is are was were be been am has have had do \
     does did can cannot could should would must might not no yes and or but if so because as at by for from in into on to with \
     without about after before again all also any another every everyone how just like more most never now only other out over \
     same since some still than then too up very what when where which while who why your ur im ive dont wont cant didnt doesnt \
     the an always soon asap both each either else even ever few many nothing nobody anyone someone something anything off once \
     one two three per s t nor maybe perhaps sorry ok okay lol hi hello hey dear je j tu il elle nous ils elles ce cet cette ces \
     ca c cela mon ma mes ton ta son sa ses notre nos votre vos leur leurs est sont etait ai ont avez avons suis es sommes etes et \
     ou mais donc car ni si que qui quoi pour par dans sur sous avec sans chez vers avant apres depuis pendant pas ne jamais rien \
     tout tous toute toutes tres trop peu moi toi lui eux y en au aux une un les comment quand pourquoi combien ici oui non deja \
     encore toujours aussi bonjour bonsoir allo coucou demain hier aujourd tomorrow today yesterday tonight pis pk jai chu l d n \
     qu objet subject re fwd tr urgent urgence attached ci joint jointe via",
);
static MATTER: Words = Words::new(
    "code codes link lien invitation invite password passe mot mdp email courriel account compte login connexion activation reset \
     error erreur message page site website platform plateforme portal portail address adresse access acces problem probleme issue \
     works working work need want try tried get got send sent give call wait waiting sign log click open expired expire invalid \
     invalide refused refuse received recu recue envoye marche fonctionne aidez besoin faut peux veux voudrais reponse answer \
     phone telephone tel cell cel fax ext poste course cours class classe group groupe year annee bsc msc phd ba master bachelor \
     bac maitrise doctorat nurse infirmier infirmiere pharmacist chrome firefox safari edge google microsoft windows id number \
     numero matricule name nom prenom first last date time heure heures hours days jours week month mois jour canada quebec \
     montreal france suisse belgique junk spam inbox screenshot capture ecran confidential confidentialite avis notice good great \
     nice bad new old stressed panic panique happy looking forward hearing mind dead mort broken fail failed unknown inconnu \
     welcome everything resolved solved regle fixed done fini semester term trimestre automne hiver fall winter spring summer \
     externe cohorte cohort promotion stage make let know see go come take took put say says loads crying confused lost perdu \
     perdue fyi etc gone helas dommage bref voila enfin madame monsieur sir gang folks guys everybody unit module registered \
     inscrit inscrite available disponible locked stuck bloque bloquee ready pret prete unable using trying writing having getting \
     asking able aware sure certain canadian french english francais anglais pa lpn rn inh ing mba normal",
);
