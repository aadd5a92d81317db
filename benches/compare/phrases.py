"""What people write to the desk, in pieces that are put together: sentences of both languages, signatures, legal footers, notices and newsletters.

Fields in braces are filled by mails.py. Everything is invented.
"""

REQUESTS = {
    "en": {
        "subject": [
            "Invitation code",
            "Cannot sign in",
            "Problem with my account",
            "{course} evaluation",
            "Help with activation",
            "Code refused",
            "No access before my exam",
            "Re: Invitation to Nexam",
            "Question about {course}",
            "URGENT {course}",
        ],
        "greeting": ["Hello,", "Good evening,", "Good morning,", "Hi,", "Dear support team,", "To whom it may concern,", "Hi there,"],
        "before": [
            "I am registered for {course}, {title}, at {institution}.",
            "My evaluation of {title} is on {day} and I still have no access.",
            "I put the invitation aside until tonight because I work shifts this week.",
            "A colleague who received hers on the same day had no trouble at all.",
            "I am writing again because nobody answered my first message.",
            "My coordinator told me to write to this address.",
            "I sit {course} on {day} at {hour} and would like to be ready in time.",
        ],
        "problem": [
            "When I enter the code {code} the page says that it does not exist or has expired.",
            "The code {code} is refused every time, although I copied it straight from the message.",
            "I never received the invitation, not even in the junk folder.",
            "The page tells me that my code was already used, but I never finished creating the account.",
            "I asked for a new password three times and no message ever arrives.",
            "The password is refused and the page sends me back to the first screen.",
            "I closed the window in the middle of the activation and now nothing works any more.",
            "The link in the invitation opens an empty page and nothing else.",
            "My invitation came more than a month ago and the code no longer works.",
            "The second step asks for a code by e-mail and that one never comes.",
            "I think I was registered under an older address, {email} is the one I use now.",
            "After I sign in the evaluation of {course} is not in my list.",
        ],
        "tried": [
            "I tried another browser and my sister's tablet, with the same result.",
            "I typed it by hand letter after letter, with and without the dashes.",
            "I emptied the cache, restarted the computer and waited an hour.",
            "Forgot password says that a message was sent, and that is all.",
            "I looked in the spam folder and in the other tabs of my mailbox.",
            "On the telephone it is the same, both at home and at work.",
        ],
        "question": [
            "Could you tell me what I should do?",
            "Could you please look into it before {day}?",
            "Is there a way to get a new code?",
            "Can you confirm which address is on file for me?",
            "What am I doing wrong?",
            "Please help, I would rather not wait until the morning of the exam.",
        ],
        "closing": ["Thank you,", "Thanks in advance,", "Kind regards,", "Best,", "Thank you very much for your help,"],
        "role": ["Second year, {institution}", "{institution}", "Candidate, {course}", "902-555-0{number}", "Sent from my telephone"],
        "quoted": "On {sent}, Nexam <no-reply@nexam.example> wrote:",
        "asked": "On {sent}, Nexam Support <support@nexam.example> wrote:",
    },
    "fr": {
        "subject": [
            "Code d’invitation",
            "Connexion impossible",
            "Problème avec mon compte",
            "Évaluation {course}",
            "Aide pour l’activation",
            "Code refusé",
            "Aucun accès avant mon examen",
            "Re: Invitation à Nexam",
            "Question au sujet de {course}",
            "URGENT {course}",
        ],
        "greeting": ["Bonjour,", "Bonsoir,", "Bonjour à vous,", "Madame, Monsieur,", "Bonjour l’équipe,", "Allô,"],
        "before": [
            "Je suis inscrite au cours {course}, {title}, à l’établissement {institution}.",
            "Mon évaluation de {title} a lieu le {day} et je n’ai toujours pas accès.",
            "J’ai mis l’invitation de côté jusqu’à ce soir, car je travaille de nuit cette semaine.",
            "Une collègue qui a reçu la sienne le même jour n’a eu aucun problème.",
            "Je vous écris de nouveau, car personne n’a répondu à mon premier message.",
            "Ma coordonnatrice m’a dit d’écrire à cette adresse.",
            "Je passe {course} le {day} à {hour} et j’aimerais être prête à temps.",
        ],
        "problem": [
            "Quand j’entre le code {code}, la page dit qu’il n’existe pas ou qu’il est expiré.",
            "Le code {code} est refusé chaque fois, même si je l’ai copié du message.",
            "Je n’ai jamais reçu l’invitation, pas même dans les indésirables.",
            "La page dit que mon code a déjà été utilisé, mais je n’ai jamais fini de créer le compte.",
            "J’ai demandé trois fois un nouveau mot de passe et aucun courriel n’arrive.",
            "Le mot de passe est refusé et la page me ramène au premier écran.",
            "J’ai fermé la fenêtre au milieu de l’activation et plus rien ne fonctionne.",
            "Le lien de l’invitation ouvre une page vide et rien d’autre.",
            "Mon invitation date de plus d’un mois et le code ne fonctionne plus.",
            "La deuxième étape demande un code par courriel et celui-là n’arrive jamais.",
            "Je crois que j’ai été inscrite sous une ancienne adresse, j’utilise maintenant {email}.",
            "Une fois connectée, l’évaluation {course} n’est pas dans ma liste.",
        ],
        "tried": [
            "J’ai essayé un autre navigateur et la tablette de ma sœur, avec le même résultat.",
            "Je l’ai tapé lettre par lettre, avec et sans les tirets.",
            "J’ai vidé le cache, redémarré l’ordinateur et attendu une heure.",
            "Mot de passe oublié dit qu’un message a été envoyé, et c’est tout.",
            "J’ai regardé dans les pourriels et dans les autres onglets de ma boîte.",
            "Sur le téléphone, c’est la même chose, à la maison comme au travail.",
        ],
        "question": [
            "Pouvez-vous me dire quoi faire?",
            "Pourriez-vous regarder cela avant le {day}?",
            "Est-il possible d’avoir un nouveau code?",
            "Pouvez-vous confirmer quelle adresse est à mon dossier?",
            "Qu’est-ce que je fais de travers?",
            "Aidez-moi s’il vous plaît, je ne voudrais pas attendre le matin de l’examen.",
        ],
        "closing": ["Merci,", "Merci d’avance,", "Cordialement,", "Bonne journée,", "Merci beaucoup de votre aide,"],
        "role": ["Deuxième année, {institution}", "{institution}", "Candidate, {course}", "819-555-0{number}", "Envoyé de mon téléphone"],
        "quoted": "Le {sent}, Nexam <no-reply@nexam.example> a écrit :",
        "asked": "Le {sent}, Soutien Nexam <support@nexam.example> a écrit :",
    },
}

THANKS = {
    "en": [
        "It works now, thank you very much.",
        "Never mind, I found the right address and could sign in.",
        "Problem solved, the second message was the good one.",
        "Thank you, my account is active and I see {course}.",
    ],
    "fr": [
        "Tout fonctionne maintenant, merci beaucoup.",
        "Laissez tomber, j’ai trouvé la bonne adresse et j’ai pu me connecter.",
        "Problème réglé, le deuxième message était le bon.",
        "Merci, mon compte est actif et je vois {course}.",
    ],
}

# What stands below in a reply: the platform's own invitation, and an earlier answer of the desk.
INVITATION = {
    "en": """Hello,

You have been invited by {institution} to activate your account on Nexam, the on-line evaluation platform.

Your invitation code: {code}

Activate your account: https://app.nexam.example/invitation-code

The code works once and is valid for 30 days. If you have any trouble, first check that you use the exact address at which your institution registered you.

If you have started the activation and could not complete it, sign in directly with your e-mail address, or use "Forgot password" on the same page.

-- 
Nexam""",
    "fr": """Bonjour,

Vous avez été invitée par {institution} à activer votre compte sur Nexam, la plateforme d’évaluation en ligne.

Votre code d’invitation : {code}

Activez votre compte : https://app.nexam.example/invitation-code

Le code fonctionne une seule fois et reste valide 30 jours. En cas de difficulté, vérifiez d’abord que vous utilisez exactement l’adresse sous laquelle votre établissement vous a inscrite.

Si vous avez commencé l’activation sans pouvoir la terminer, connectez-vous directement avec votre adresse, ou utilisez « Mot de passe oublié » sur la même page.

-- 
Nexam""",
}
ANSWER = {
    "en": """Hello,

Thank you for your message. Please send us your first and last name, the address that you used, the error message, and the course with its date if it is soon.

In the meantime, check whether the account is already active: sign in with your address and your password. Never create a second account.

The Nexam support team""",
    "fr": """Bonjour,

Merci de votre message. Veuillez nous envoyer votre prénom et votre nom, l’adresse utilisée, le message d’erreur, et le cours avec sa date si elle est proche.

En attendant, vérifiez si le compte est déjà actif : connectez-vous avec votre adresse et votre mot de passe. Ne créez jamais un deuxième compte.

L’équipe de soutien Nexam""",
}

LEGAL = {
    "en": [
        "This message and its attachments are meant for the person named above only. If you received it in error, delete it and tell the sender; copying or "
        "passing it on is not allowed. {institution} is not answerable for what may be changed on the way.",
        "CONFIDENTIAL: this message may hold privileged information. Any use by somebody else than the addressee is forbidden. Think of the trees before "
        "you print this message.",
    ],
    "fr": [
        "Ce message et ses pièces jointes s’adressent uniquement à la personne nommée ci-dessus. Si vous l’avez reçu par erreur, détruisez-le et prévenez "
        "l’expéditeur; toute copie ou diffusion est interdite. {institution} ne répond pas de ce qui aurait été modifié en route.",
        "AVIS DE CONFIDENTIALITÉ : ce message peut contenir des renseignements privilégiés. Tout usage par une autre personne que la destinataire est "
        "interdit. Pensez aux arbres avant d’imprimer ce message.",
    ],
}

AWAY = {
    "en": [
        ("Automatic reply: {subject}", "I am out of the office until {day} and will answer when I am back. For anything urgent, write to the reception."),
        ("Out of office", "Thank you for your message. I am on leave until {day} and do not read my mail."),
    ],
    "fr": [
        ("Réponse automatique : {subject}", "Je suis absente du bureau jusqu’au {day} et répondrai à mon retour. En cas d’urgence, écrivez à l’accueil."),
        ("Absence du bureau", "Merci de votre message. Je suis en congé jusqu’au {day} et ne lis pas mes courriels."),
    ],
}

BOUNCE = """This is the mail system at host mail.{domain}.

I'm sorry to have to inform you that your message could not be delivered to one or more recipients. It's attached below.

<{email}>: host mail.{domain}[192.0.2.17] said: 550 5.1.1 <{email}>: Recipient address rejected: User unknown (in reply to RCPT TO command)
"""

NEWS = {
    "en": (
        "The month at {institution}",
        [
            "The library is open until midnight during the weeks of evaluation, and the quiet rooms can be reserved on line.",
            "Registration for the winter workshops opens on {day}; places are given in the order of arrival.",
            "Our students won the regional prize for {title}, congratulations to the whole team and to those who helped.",
            "The car park behind the east wing is closed until the works on the roof are done.",
            "The cafeteria has a new menu, and the bakery is back on the ground floor.",
        ],
    ),
    "fr": (
        "Le mois à {institution}",
        [
            "La bibliothèque est ouverte jusqu’à minuit pendant les semaines d’évaluation, et les salles calmes se réservent en ligne.",
            "L’inscription aux ateliers d’hiver commence le {day}; les places sont données selon l’ordre d’arrivée.",
            "Nos étudiants ont gagné le prix régional de {title}, bravo à toute l’équipe et à celles et ceux qui ont aidé.",
            "Le stationnement derrière l’aile est fermé jusqu’à la fin des travaux de la toiture.",
            "La cafétéria a un nouveau menu, et la boulangerie est de retour au rez-de-chaussée.",
        ],
    ),
}
DAYS = {"en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi"]}
HOURS = {"en": ["9:30", "1:15 pm", "10 am", "6 pm"], "fr": ["9 h 30", "13 h 15", "10 h", "18 h"]}
