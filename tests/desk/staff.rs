//! What staff set for themselves, and who may change whose account.

use usher::store::staff::Role;

use super::house::House;

#[tokio::test]
async fn staff_choose_how_the_desk_looks_to_them() {
    let house = House::open(|_| {}).await;
    house.account("marc", Role::Send).await;
    let mut marc = house.signed_in("marc").await;
    marc.get("/me").await;
    let chosen = [("name", " Marc  <b>Lefort "), ("language", "en"), ("theme", "dark"), ("zone", "Europe/Brussels")];
    assert_eq!(marc.post("/me", &chosen).await.to, "/me?done=saved");
    let page = marc.get("/me?done=saved").await;
    assert!(page.body.contains("data-theme=\"dark\"") && !page.body.contains("data-keys"), "{}", page.body);
    assert!(page.body.contains("Marc &lt;b&gt;Lefort") && page.body.contains("Saved."));
    for (field, value, says) in [("zone", "Mars/Olympus", "no such time zone"), ("name", "  ", "1 to 80 characters")] {
        let answer = marc.post("/me", &[("name", "Marc"), (field, value)][usize::from(field == "name")..]).await;
        assert!(answer.status == 422 && answer.body.contains(says), "{field}: {}", answer.status);
    }
    assert!(!marc.get("/me?done=%3Cscript%3E").await.body.contains("script>alert"));
}

#[tokio::test]
async fn an_operator_changes_accounts_a_lead_sees_them_and_nobody_else_does() {
    let house = House::open(|_| {}).await;
    let ada = house.account("ada", Role::Operator).await;
    let marc = house.account("marc", Role::Send).await;
    house.account("lead", Role::Lead).await;
    assert_eq!(house.signed_in("marc").await.get("/staff").await.status, 403);
    let mut lead = house.signed_in("lead").await;
    let seen = lead.get("/staff").await;
    assert!(seen.status == 200 && seen.body.contains("marc@nexam.example") && !seen.body.contains("action=\"/staff\""));
    assert_eq!(lead.get(&format!("/staff/{marc}")).await.status, 200);
    for path in ["/staff".to_owned(), format!("/staff/{marc}/role"), format!("/staff/{marc}/disable"), format!("/staff/{marc}/reset")] {
        assert_eq!(lead.post(&path, &[("role", "operator"), ("email", "x@y.example"), ("name", "X")]).await.status, 403, "{path}");
    }

    let mut operator = house.signed_in("ada").await;
    operator.get("/staff").await;
    let new = [("email", "Lea@Nexam.example"), ("name", "Léa"), ("role", "draft")];
    let added = operator.post("/staff", &new).await;
    let link = added.between("<code class=\"mono\">", "</code>").replace("&#x3D;", "=");
    assert!(added.status == 200 && link.contains("/welcome/"), "{link}");
    assert_eq!(operator.post("/staff", &new).await.status, 422);
    assert_eq!(operator.post("/staff", &[("email", "no address"), ("name", "X"), ("role", "draft")]).await.status, 422);
    let mut lea = house.browser(5);
    let path = format!("/welcome/{}", link.rsplit('/').next().unwrap());
    let password = "un mot de passe neuf";
    assert_eq!(lea.post(&path, &[("password", password), ("again", password)]).await.to, "/");
    assert_eq!(lea.get("/staff").await.status, 403);

    let mut open = house.signed_in("marc").await;
    let page = operator.get(&format!("/staff/{marc}")).await;
    let end = page.between("<h2 id=\"sessions\">", "</section>").split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(open.is_in().await);
    for _ in 0..3 {
        // The newest stands first; another of the account's may be open too.
        operator.post(&end, &[]).await;
    }
    assert!(!open.is_in().await);

    let mut open = house.signed_in("marc").await;
    assert_eq!(operator.post(&format!("/staff/{marc}/role"), &[("role", "lead")]).await.status, 303);
    assert_eq!(open.get("/staff").await.status, 200, "at once");
    let reset = operator.post(&format!("/staff/{marc}/reset"), &[]).await;
    assert!(reset.status == 200 && reset.body.contains("/welcome/") && !open.is_in().await);
    assert_eq!(operator.post(&format!("/staff/{marc}/disable"), &[]).await.status, 303);
    assert!(operator.get("/staff").await.body.contains("disabled"));
    assert_eq!(operator.post(&format!("/staff/{ada}/disable"), &[]).await.status, 409);
    assert_eq!(operator.post(&format!("/staff/{ada}/role"), &[("role", "lead")]).await.status, 409);
    assert!(operator.is_in().await);
    assert_eq!(operator.get("/staff/nobody").await.status, 404);
}

#[tokio::test]
async fn a_program_has_a_token_and_no_cookie() {
    let house = House::open(|_| {}).await;
    house.account("marc", Role::Send).await;
    house.account("looks", Role::Look).await;
    let mut marc = house.signed_in("marc").await;
    marc.get("/me").await;
    let made = marc.post("/me/tokens", &[("name", "the wall"), ("scope", "approve")]).await;
    let token = made.between("<code class=\"mono\">", "</code>").to_owned();
    assert!(made.status == 200 && token.starts_with("usher_"), "{}", made.body);
    assert!(!marc.get("/me").await.body.contains(&token), "shown once");
    assert_eq!(marc.post("/me/tokens", &[("name", "x"), ("scope", "everything")]).await.status, 422);
    let mut looks = house.signed_in("looks").await;
    looks.get("/me").await;
    assert_eq!(looks.post("/me/tokens", &[("name", "x"), ("scope", "approve")]).await.status, 403);

    let url = format!("{}/api/me", house.url);
    let client = marc.client.clone();
    let with = |token: &str| client.get(&url).header("authorization", format!("Bearer {token}"));
    let answer = house.browser(1).send(with(&token)).await;
    assert!(answer.status == 200 && answer.body.contains("\"scope\":\"approve\""), "{}", answer.body);
    assert_eq!(house.browser(1).send(with("usher_x")).await.status, 401);
    assert_eq!(marc.clone().send(client.get(&url)).await.status, 401, "a session is none");
    let page = house.browser(1).send(client.get(format!("{}/me", house.url)).header("authorization", format!("Bearer {token}"))).await;
    assert_eq!(page.status, 303, "a token opens no page");

    let page = marc.get("/me").await;
    let id = page.between("action=\"/me/tokens/", "/revoke").to_owned();
    assert_eq!(looks.post(&format!("/me/tokens/{id}/revoke"), &[]).await.status, 303);
    assert_eq!(house.browser(1).send(with(&token)).await.status, 200, "it is not theirs");
    assert_eq!(marc.post(&format!("/me/tokens/{id}/revoke"), &[]).await.status, 303);
    assert_eq!(house.browser(1).send(with(&token)).await.status, 401);
}
