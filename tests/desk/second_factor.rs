//! Codes beside the password.

use jiff::SignedDuration;
use totp_rs::Builder;
use usher::clock::Clock;
use usher::desk::SecondFactor;
use usher::store::staff::Role;

use super::house::{Answer, Browser, House, PASSWORD};

/// What an authenticator app makes of the secret on a page.
fn app(page: &Answer) -> impl Fn(&House) -> String + use<> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (_, rest) = page.body.split_once("<code class=\"mono\">").unwrap();
    let (mut bits, mut held, mut secret) = (0_u32, 0, Vec::new());
    for letter in rest.split_once("</code>").unwrap().0.chars().filter(|c| *c != ' ') {
        bits = (bits << 5 | u32::try_from(ALPHABET.find(letter).unwrap()).unwrap()) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            secret.push((bits >> held & 0xff) as u8);
        }
    }
    let totp = Builder::new().with_secret(<[u8; 20]>::try_from(secret).unwrap()).build().unwrap();
    move |house| totp.generate(u64::try_from(house.clock.now().as_second()).unwrap()).to_string()
}

fn recovery_codes(page: &Answer) -> Vec<String> {
    let list = page.between("<ul class=\"codes mono\">", "</ul>");
    list.split("<li>").skip(1).map(|item| item.split_once('<').unwrap().0.to_owned()).collect()
}

async fn half_in(house: &House, name: &str) -> Browser {
    let mut browser = house.browser(1);
    let answer = browser.sign_in(name, PASSWORD).await;
    assert_eq!((answer.status, answer.to.as_str()), (303, "/sign-in?next=%2F"));
    assert!(!browser.is_in().await, "the password alone is not enough");
    browser.get("/sign-in?next=%2F").await;
    browser
}

#[tokio::test]
async fn a_second_factor_is_asked_for_each_code_once_until_it_is_removed() {
    let house = House::open(|_| {}).await;
    house.account("lea", Role::Send).await;
    let mut lea = house.signed_in("lea").await;
    lea.get("/me").await;
    assert_eq!(lea.post("/me/factor/offer", &[]).await.to, "/me#factor");
    let page = lea.get("/me").await;
    assert!(page.body.contains("<svg class=\"qr\"") && !page.body.contains("style="));
    let app = app(&page);
    assert_eq!(lea.post("/me/factor/confirm", &[("code", "000000")]).await.status, 422);
    let confirmed = lea.post("/me/factor/confirm", &[("code", &app(&house))]).await;
    let codes = recovery_codes(&confirmed);
    assert!(confirmed.status == 200 && codes.len() == 10, "{}", confirmed.body);
    assert!(!lea.get("/me").await.body.contains(&codes[0]), "shown once");

    let mut browser = half_in(&house, "lea").await;
    let before = browser.clone();
    assert_eq!(browser.post("/sign-in/code", &[("code", &app(&house))]).await.status, 422, "it was used to confirm");
    house.clock.on(SignedDuration::from_secs(30));
    let code = app(&house);
    assert_eq!(browser.post("/sign-in/code", &[("code", &code), ("next", "/me")]).await.to, "/me");
    assert!(browser.is_in().await && !before.clone().is_in().await, "the session is another than before the code");
    assert_eq!(half_in(&house, "lea").await.post("/sign-in/code", &[("code", &code)]).await.status, 422, "used");
    let lost = codes[3].to_lowercase().replace('-', " ");
    assert_eq!(half_in(&house, "lea").await.post("/sign-in/code", &[("code", &lost)]).await.to, "/");
    assert_eq!(half_in(&house, "lea").await.post("/sign-in/code", &[("code", &lost)]).await.status, 422, "used");

    let mut guess = half_in(&house, "lea").await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(guess.post("/sign-in/code", &[("code", "123456")]).await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");

    browser.get("/me").await;
    assert_eq!(browser.post("/me/factor/remove", &[("old", "wrong wrong wrong")]).await.status, 422);
    assert_eq!(browser.post("/me/factor/remove", &[("old", PASSWORD)]).await.status, 303);
    assert_eq!(house.browser(7).sign_in("lea", PASSWORD).await.to, "/");
}

#[tokio::test]
async fn where_it_is_required_everybody_is_led_to_set_it_up() {
    let house = House::open(|desk| desk.second_factor = SecondFactor::Required).await;
    house.account("lea", Role::Send).await;
    let mut lea = half_in(&house, "lea").await;
    let page = lea.get("/sign-in?next=%2Fme").await;
    assert!(page.body.contains("Set up a second factor"), "{}", page.body);
    let app = app(&page);
    let before = lea.clone();
    assert_eq!(lea.post("/sign-in/enrol", &[("code", "12")]).await.status, 422);
    let done = lea.post("/sign-in/enrol", &[("code", &app(&house)), ("next", "/me")]).await;
    assert!(done.status == 200 && recovery_codes(&done).len() == 10 && done.body.contains("href=\"/me\""), "{}", done.body);
    assert!(lea.is_in().await && !before.clone().is_in().await);
    lea.get("/me").await;
    assert_eq!(lea.post("/me/factor/remove", &[("old", PASSWORD)]).await.status, 422);
    house.clock.on(SignedDuration::from_secs(60));
    assert_eq!(half_in(&house, "lea").await.post("/sign-in/code", &[("code", &app(&house))]).await.to, "/");
}
