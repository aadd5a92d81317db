//! Who gets in, who waits, what a session is good for, and which requests do nothing.

use jiff::SignedDuration;
use usher::clock::{Clock, Stopwatch, System};
use usher::desk::welcome;
use usher::store::sessions::Opens;
use usher::store::staff::{Act, Role};

use super::house::{Browser, House, PASSWORD};

#[tokio::test]
async fn the_right_pair_opens_the_desk_and_any_wrong_one_is_answered_alike() {
    let house = House::open(|_| {}).await;
    house.account("lea", Role::Send).await;
    let shut = house.account("shut", Role::Send).await;
    house.account("ada", Role::Operator).await;
    let entry = System.id().to_string();
    house.store.disable_staff(&shut, Act { entry: &entry, by: None, now: System.now() }).await.unwrap();

    let mut browser = house.browser(1);
    let away = browser.get("/me?x=1").await;
    assert_eq!((away.status, away.to.as_str()), (303, "/sign-in?next=%2Fme%3Fx%3D1"));
    let form = browser.get("/sign-in?next=%2Fme&lang=fr").await;
    assert!(form.status == 200 && form.body.contains("Entrer au bureau") && form.body.contains("value=\"/me\""), "{}", form.body);

    let mut wrong = Vec::new();
    for (name, password) in
        [("lea", "quatre chats noirs"), ("nobody", PASSWORD), ("shut", PASSWORD), ("lea", ""), ("lea", &"x".repeat(10_000))]
    {
        let answer = house.browser(2).sign_in(name, password).await;
        assert_eq!((answer.status, answer.headers.get("set-cookie")), (422, None));
        wrong.push(answer.body.replace(name, "NAME"));
    }
    wrong.dedup();
    assert_eq!(wrong.len(), 1, "{wrong:#?}");

    let answer = browser.post("/sign-in", &[("email", " Lea@Nexam.example "), ("password", PASSWORD), ("next", "//evil.example")]).await;
    assert_eq!((answer.status, answer.to.as_str()), (303, "/"));
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(cookies.iter().all(|c| c.contains("; HttpOnly") && c.contains("; SameSite=Lax") && c.contains("; Path=/")), "{cookies:?}");
    assert!(cookies[0].starts_with("usher=") && !cookies[0].contains("Max-Age"), "{cookies:?}");
    assert!(browser.is_in().await);
    assert_eq!(browser.get("/sign-in").await.status, 303);
    for (name, value) in [("hx-request", "true"), ("accept", "text/event-stream"), ("sec-fetch-mode", "cors")] {
        let request = browser.client.get(format!("{}/me", house.url)).header(name, value);
        assert_eq!(house.browser(1).send(request).await.status, 401, "a script is not led to a page");
    }
}

#[tokio::test]
async fn after_five_failures_one_waits_longer_each_time_but_the_owners_browser_does_not() {
    let house = House::open(|_| {}).await;
    house.account("lea", Role::Send).await;
    let mut owner = house.signed_in("lea").await;
    owner.get("/me").await;
    assert_eq!(owner.post("/sign-out", &[]).await.to, "/sign-in");

    let mut thief = house.browser(1);
    for _ in 0..5 {
        assert_eq!(thief.sign_in("lea", "wrong wrong wrong").await.status, 422);
    }
    let answer = thief.sign_in("lea", PASSWORD).await;
    assert!(answer.status == 429 && answer.body.contains("Wait 10 seconds"), "{}", answer.body);
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(thief.sign_in("marc", "wrong wrong wrong").await.status, 422, "another account of that address");
    house.clock.on(SignedDuration::from_secs(10));
    assert_eq!(thief.sign_in("lea", "wrong wrong wrong").await.status, 422);
    assert!(thief.sign_in("lea", PASSWORD).await.body.contains("Wait 20 seconds"));

    assert_eq!(owner.sign_in("lea", PASSWORD).await.status, 303, "from the same address, with its device cookie");
    // Many addresses together wait too: six of the thirty tries were the thief's.
    let mut made = 0;
    for from in 10..60 {
        made += u32::from(house.browser(from).sign_in("lea", "wrong wrong wrong").await.status == 422);
    }
    assert_eq!(made, 24);
    assert_eq!(owner.sign_in("lea", PASSWORD).await.status, 303);
    for _ in 0..5 {
        assert_eq!(owner.sign_in("lea", "wrong wrong wrong").await.status, 422);
    }
    assert_eq!(owner.sign_in("lea", PASSWORD).await.status, 429, "a device guesses no faster");
}

async fn tries(house: &House, name: impl Fn(u32) -> String) -> u32 {
    let (browser, mut made) = (house.browser(3), 0);
    for turn in 0..10_000 {
        made += u32::from(browser.fails_at(&name(turn)).await != 429);
    }
    made
}

impl Browser {
    async fn fails_at(&self, name: &str) -> u16 {
        let fields = [("email", format!("{name}@nexam.example")), ("password", "wrong wrong wrong".to_owned())];
        let request = self.client.post(format!("{}/sign-in", self.url)).header("origin", &self.url).form(&fields);
        request.send().await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn ten_thousand_tries_come_to_a_few() {
    let house = House::open(|_| {}).await;
    house.account("lea", Role::Send).await;
    assert_eq!(tries(&house, |_| "lea".into()).await, 5, "passwords of one account");
    assert_eq!(tries(&house, |turn| format!("a{turn}")).await, 25, "accounts from the address that tried five times before");
}

#[tokio::test]
async fn an_unknown_account_takes_as_long_as_a_known_one() {
    let house = House::open(|desk| desk.behind_proxy = true).await;
    house.account("lea", Role::Send).await;
    let median = async |name: &str| {
        let (browser, mut times) = (house.browser(1), Vec::new());
        for turn in 0..21 {
            let fields = [("email", format!("{name}@nexam.example")), ("password", "wrong wrong wrong".to_owned())];
            let request = browser.client.post(format!("{}/sign-in", house.url)).header("origin", &house.url);
            let watch = Stopwatch::start();
            let answer = request.header("x-forwarded-for", format!("203.0.113.{turn}")).form(&fields).send().await.unwrap();
            times.push(watch.nanoseconds() / 1_000);
            assert_eq!(answer.status(), 422);
        }
        times.sort_unstable();
        times[times.len() / 2]
    };
    median("warm").await;
    let (known, unknown) = (median("lea").await, median("nobody").await);
    println!("known {known} µs, unknown {unknown} µs");
    // Without a hash to compare with, the answer would come in a fiftieth of the time.
    assert!(unknown * 2 > known && known * 2 > unknown, "known {known} µs, unknown {unknown} µs");
}

#[tokio::test]
async fn a_session_is_over_when_it_was_replaced_left_idle_or_ended() {
    let house = House::open(|_| {}).await;
    house.account("lea", Role::Send).await;
    let mut lea = house.signed_in("lea").await;
    let before = lea.clone();
    assert_eq!(lea.sign_in("lea", PASSWORD).await.status, 303);
    assert!(!before.clone().is_in().await && lea.is_in().await, "a new session took the place of the old one");

    let (mut other, left) = (house.signed_in("lea").await, lea.clone());
    assert!(other.is_in().await);
    let long = "cinq chats plus gris";
    let wrong = other.post("/me/password", &[("old", "wrong wrong wrong"), ("password", long), ("again", long)]).await;
    assert!(wrong.status == 422 && wrong.body.contains("not the present password"));
    let short = other.post("/me/password", &[("old", PASSWORD), ("password", "short"), ("again", "short")]).await;
    assert!(short.status == 422 && short.body.contains("at least 12 characters"));
    let changed = other.post("/me/password", &[("old", PASSWORD), ("password", long), ("again", long)]).await;
    assert_eq!((changed.status, changed.to.as_str()), (303, "/me?done=password"));
    assert!(other.is_in().await && !left.clone().is_in().await, "a new password ends all others");
    assert_eq!(house.browser(9).sign_in("lea", PASSWORD).await.status, 422);

    let out = other.clone();
    assert_eq!(other.post("/sign-out", &[]).await.status, 303);
    assert!(!other.cookies.contains_key("usher") && !out.clone().is_in().await);

    let mut idle = house.browser(1);
    idle.sign_in("lea", long).await;
    house.clock.on(SignedDuration::from_mins(29));
    assert!(idle.is_in().await);
    house.clock.on(SignedDuration::from_mins(29));
    assert!(idle.is_in().await);
    house.clock.on(SignedDuration::from_mins(31));
    assert!(!idle.is_in().await);
}

#[tokio::test]
async fn a_form_that_is_not_the_desks_own_does_nothing() {
    let house = House::open(|_| {}).await;
    house.account("lea", Role::Send).await;
    let mut lea = house.signed_in("lea").await;
    lea.get("/me").await;
    let csrf = lea.csrf.clone();
    let target = format!("{}/sign-out", house.url);
    let right = [("csrf", csrf.as_str())];
    let own = house.url.as_str();
    type Fields<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Fields<'_>, Fields<'_>); 8] = [
        (&[("origin", "https://evil.example")], &right),
        (&[("origin", "null")], &right),
        (&[], &right),
        (&[("sec-fetch-site", "cross-site")], &right),
        (&[("referer", "https://evil.example/")], &right),
        (&[("origin", own)], &[]),
        (&[("origin", own)], &[("csrf", "wrong")]),
        (&[("origin", own), ("x-csrf-token", "wrong")], &right),
    ];
    for (headers, fields) in cases {
        let request = headers.iter().fold(lea.client.post(&target), |request, (name, value)| request.header(*name, *value));
        let answer = lea.clone().send(request.form(fields)).await;
        assert!(answer.status == 403 && answer.body.contains("<h1>"), "{headers:?} {fields:?}: {}", answer.status);
        assert!(lea.is_in().await);
    }
    let large = lea.client.post(&target).header("origin", own).body("x".repeat(1_048_577));
    assert_eq!(lea.clone().send(large).await.status, 413);
    assert_eq!(house.browser(1).send(lea.client.post(format!("{own}/sign-in")).header("origin", "https://evil.example")).await.status, 403);

    let by_header = lea.client.post(format!("{own}/me/language")).header("origin", own).header("x-csrf-token", &csrf);
    assert_eq!(lea.clone().send(by_header.form(&[("language", "fr"), ("back", "/me")])).await.to, "/me");
    assert!(lea.get("/me").await.body.contains("Vos réglages"));
}

#[tokio::test]
async fn looking_never_acts() {
    let house = House::open(|_| {}).await;
    let id = house.account("lea", Role::Operator).await;
    let mut lea = house.signed_in("lea").await;
    for path in ["/sign-out", "/sign-in/code", "/me/password", "/me/factor/offer", "/me/tokens", &format!("/staff/{id}/disable")] {
        assert_eq!(lea.get(path).await.status, 405, "{path}");
    }
    assert!(lea.is_in().await);

    let entry = System.id().to_string();
    let (until, act) = (System.now() + welcome::LASTS, Act { entry: &entry, by: None, now: System.now() });
    let link = welcome::link(&house.store, &house.url, &id, Opens::Password, until, act).await.unwrap();
    let path = link.strip_prefix(&house.url).unwrap();
    for _ in 0..3 {
        assert!(house.browser(4).get(path).await.body.contains("Choose a password of at least 12"), "mail scanners look too");
    }
    let mut new = house.browser(4);
    let again = "six chats presque bleus";
    assert_eq!(new.post(path, &[("password", "lea@nexam.example"), ("again", "lea@nexam.example")]).await.status, 422);
    assert_eq!(new.post(path, &[("password", again), ("again", "another one of them")]).await.status, 422);
    assert_eq!(new.post(path, &[("password", again), ("again", again)]).await.to, "/");
    assert!(new.is_in().await && !lea.is_in().await);
    assert_eq!(house.browser(4).get(path).await.status, 410);
    assert_eq!(house.browser(4).post(path, &[("password", again), ("again", again)]).await.status, 410);
}

#[tokio::test]
async fn behind_https_cookies_are_for_the_desk_alone() {
    let house = House::open(|desk| desk.url = "https://desk.nexam.example".into()).await;
    house.account("lea", Role::Send).await;
    let mut lea = house.browser(1);
    let fields = [("email", "lea@nexam.example"), ("password", PASSWORD)];
    let request = lea.client.post(format!("{}/sign-in", house.url)).header("origin", "https://desk.nexam.example").form(&fields);
    let answer = lea.send(request).await;
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(cookies.len() == 2 && cookies.iter().all(|c| c.starts_with("__Host-usher") && c.contains("; Secure")), "{cookies:?}");
    let plain = lea.client.post(format!("{}/sign-in", house.url)).header("origin", &house.url).form(&fields);
    assert_eq!(house.browser(1).send(plain).await.status, 403, "http of the same name is somebody on the line");
}
