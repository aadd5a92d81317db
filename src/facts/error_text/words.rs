//! Words in and around error messages, folded, both languages.

use crate::facts::vocabulary::Words;

/// Names of buttons and mails, which people quote too.
pub(super) fn is_button(folded: &str) -> bool {
    let plain = folded.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(
        plain,
        "forgot password"
            | "forgot my password"
            | "forgot your password"
            | "mot de passe oublie"
            | "forgotten password"
            | "sign in"
            | "log in"
            | "login"
            | "se connecter"
            | "connexion"
            | "invitation to nexam"
            | "invitation a nexam"
            | "invitation nexam"
            | "nexam"
            | "continue with google"
            | "continue with microsoft"
            | "continuer avec google"
            | "continuer avec microsoft"
            | "activate my account"
            | "activer mon compte"
            | "reset password"
            | "reinitialiser"
            | "terminer"
            | "finish"
            | "submit"
            | "activate"
            | "activer"
            | "envoyer"
            | "send"
            | "create an account"
            | "creer un compte"
            | "with instructions"
            | "other"
            | "spam"
            | "junk"
    ) || plain.starts_with("invitation to")
        || plain.starts_with("invitation a n")
}

/// Words of error messages, both languages.
pub(super) fn is_fault_word(word: &str) -> bool {
    FAULT_WORD.has(word) || (word.len() == 3 && matches!(word.as_bytes(), [b'4' | b'5', b'0'..=b'2', b'0'..=b'9']))
}

/// Words that lead to what a page displays.
pub(super) fn is_telling(word: &str) -> bool {
    TELLING.has(word)
}

pub(super) fn is_pressing(word: &str) -> bool {
    PRESSING.has(word)
}

/// Words with which displayed messages begin; a capital in mid-sentence then shows that it is one.
pub(super) fn is_head(word: &str) -> bool {
    HEAD.has(word)
}

pub(super) fn is_own_word(word: &str) -> bool {
    OWN_WORD.has(word)
}

static FAULT_WORD: Words = Words::new(
    "invalid expired error incorrect failed fail failure denied unknown wrong not no cannot can couldn unable already unexpected \
     unavailable missing longer locked blocked rejected refused oops sorry timeout timed try again please found recognized \
     recognised exist must gone closed consumed inactive disabled mismatch malformed forbidden bad invalide expire expiree erreur \
     incorrects incorrecte echec echoue refuse refusee inconnu inconnue errone erronee impossible introuvable introuvables pas \
     aucun aucune plus deja inexistant inexistante indisponible bloque verrouille inactif invalides desole oups veuillez reconnu \
     reconnue interdit perime perimee manquant existe probleme problem nonexistent unrecognised unrecognized non ended trouve \
     correspond ne n inexactes unsuccessful many annulee annule cancelled void don doesn isn recognise recognize match mauvais \
     mauvaise use used utilise utilisee consomme consommee verrouillee lapsed echue echeance pending unsupported epuise depasse",
);

static TELLING: Words = Words::new(
    "says say saying said message messages error erreur get getting got gets shows show showing displays displayed display tells \
     telling told reads read states stating returns answers answer goes went greeted popup pops see seeing yells throws gives with \
     dit disent affiche affichee indique marque repond ecrit voici recois obtiens vois sort crache renvoie donne texte lis annonce \
     signale retourne mene tombe pretend lire mention apparait appears responds replies spits refuse ouvre amene disant met sur to \
     by just always",
);

static PRESSING: Words = Words::new(
    "click clicked clicking press pressed pressing hit tap tapped button bouton clique cliquer clic pese appuye appuie option used \
     using utilise fais tab onglet menu word called try choisi folder dossier essaye",
);

static HEAD: Words = Words::new(
    "code lien invitation adresse compte mot identifiant identifiants session page jeton erreur acces aucun aucune demande \
     utilisateur link account password invalid access not error user email unknown wrong your this ce cette votre impossible echec \
     requete format trop token request courriel authentification authentication incorrect unable cannot sorry desole oups oops \
     expired too service something les une no permission",
);

static OWN_WORD: Words = Words::new(
    "i je j my mon ma mes merci thanks thank please svp regards bonjour hello hi dear exam examen what how can could est pouvez \
     comment name nom prenom first last email course cours google nexam chrome firefox safari outlook gmail monday tuesday \
     wednesday thursday friday",
);
