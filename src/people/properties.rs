//! What holds whatever the register and whatever the claim.

use proptest::prelude::*;

use super::directory::Directory;
use super::tests::{PEOPLE, answer, claim, tables};
use super::{Claim, MatchKind, Person};

prop_compose! {
    fn claims()(
        who in 0..PEOPLE.len(), other in 0..PEOPLE.len(), way in 0..9usize, named in any::<bool>(), placed in any::<bool>(), cut in 0..12usize,
    ) -> Claim {
        let (_, first, last, email, institution) = PEOPLE[who];
        let (local, domain) = email.split_once('@').unwrap();
        let chars: Vec<char> = local.chars().collect();
        let cut = cut.min(chars.len() - 1);
        let less: String = chars.iter().enumerate().filter(|(n, _)| *n != cut).map(|(_, c)| *c).collect();
        let address = match way {
            0 => email.to_owned(),
            1 => format!("{less}@{domain}"),
            2 => format!("{}@{domain}", PEOPLE[other].3.split('@').next().unwrap()),
            3 => format!("{local}+x@{domain}"),
            4 => format!("{}.{}@{domain}", &first.to_lowercase().chars().next().unwrap(), last.to_lowercase()),
            5 => format!("{local}@gmail.com"),
            6 => String::new(),
            7 => format!("{less}@{}", PEOPLE[other].3.split('@').nth(1).unwrap()),
            _ => format!("x@{domain}"),
        };
        let names = if named { (first, PEOPLE[other % (who + 1)].2) } else { ("", "") };
        let course = if placed { if institution == "U" { "CHEM 2301" } else { "NURS 3120" } } else { "" };
        claim(&address, "", names, course, "")
    }
}

proptest! {
    #[test]
    fn the_order_of_the_register_changes_no_answer(claim in claims(), seed in any::<u64>()) {
        let mut shuffled = tables();
        let key = |id: &str| super::hash::mix(super::hash::text(id) ^ seed);
        shuffled.candidates.sort_by_key(|c| key(&c.id));
        shuffled.registrations.sort_by_key(|(c, _)| key(c));
        shuffled.invitations.sort_by_key(|i| key(&i.id));
        prop_assert_eq!(Directory::new(shuffled).resolve(&claim), Directory::new(tables()).resolve(&claim));
    }

    #[test]
    fn somebody_unrelated_leaving_changes_no_answer(claim in claims(), gone in 0..PEOPLE.len()) {
        let whole = Directory::new(tables());
        let before = whole.resolve(&claim);
        let (id, first, last, ..) = PEOPLE[gone];
        let shown = |person: &Person| match person {
            Person::Found { registered, others, .. } => others.iter().map(|n| n.candidate.id.clone()).chain([registered.candidate.id.clone()]).collect::<Vec<_>>(),
            Person::Several(near) | Person::Nobody(near) => near.iter().map(|n| n.candidate.id.clone()).collect(),
        };
        // Related: shown to staff as near, or of a name that others bear or that the claim tells.
        let shares = PEOPLE.iter().any(|(other, f, l, ..)| *other != id && (*f == first || *l == last));
        let told = [&claim.first_name, &claim.last_name].into_iter().flatten().any(|n| n == first || n == last);
        let spelt = claim.email_used.as_deref().is_some_and(|a| {
            let bare = |s: &str| super::scope::squash(s);
            bare(a).contains(&bare(last)) || bare(a).contains(&bare(first))
        });
        prop_assume!(!shown(&before).iter().any(|s| s == id) && !shares && !told && !spelt);
        let mut fewer = tables();
        fewer.candidates.retain(|c| c.id != id);
        prop_assert_eq!(answer(&Directory::new(fewer), &claim), answer(&whole, &claim));
    }

    #[test]
    fn nothing_that_strangers_write_breaks_it(address in ".{0,80}", sender in ".{0,80}", first in ".{0,60}", last in ".{0,60}", course in ".{0,60}", text in ".{0,200}") {
        let directory = Directory::new(tables());
        let claim = Claim { display_name: Some(format!("{last}, {first}")), ..claim(&address, &sender, (&first, &last), &course, &text) };
        let registered = |written: &str| PEOPLE.iter().any(|person| person.3 == written.trim().to_lowercase());
        if directory.resolve(&claim).kind() == MatchKind::Exact {
            prop_assert!(registered(&address) || registered(&sender));
        }
        directory.find(&text, 5);
        directory.course_in(&text);
    }
}
