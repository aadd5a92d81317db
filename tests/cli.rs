//! The program as people run it: arguments in, words and exit codes out; and the desk as a browser sees it.

#![expect(clippy::unwrap_used, reason = "a test that stumbles fails, and so it should")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

fn usher(folder: &Path, arguments: &[&str]) -> Output {
    usher_keeping(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"), folder, arguments)
}

/// With a cache folder of its own.
fn usher_keeping(cache: &Path, folder: &Path, arguments: &[&str]) -> Output {
    let mut usher = Command::new(env!("CARGO_BIN_EXE_usher"));
    usher.env("XDG_CACHE_HOME", cache).current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn corpus(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(path).display().to_string()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn place() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn help_teaches() {
    let place = place();
    for arguments in [&["--help"][..], &["triage", "--help"], &["serve", "--help"], &["demo", "--help"], &["token", "--help"]] {
        let out = usher(place.path(), arguments);
        assert!(out.status.success() && said(&out).len() > 300, "{arguments:?}: {}", said(&out));
    }
    assert!(said(&usher(place.path(), &["--help"])).contains("Exit codes"));
}

#[test]
fn what_was_learned_is_kept_and_changes_nothing_however_it_is_broken() {
    let place = place();
    let cache = place.path().join("cache");
    let read = || usher_keeping(&cache, place.path(), &["read", "--json", &corpus("mail")]);
    let learned = read();
    let kept: Vec<PathBuf> = fs::read_dir(cache.join("usher")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = kept.as_slice() else { panic!("one file, not {kept:?}") };
    let whole = fs::read(file).unwrap();
    assert_eq!(read(), learned);
    let mut other = whole.clone();
    other[whole.len() / 2] ^= 1;
    for broken in [&whole[..whole.len() / 2], &other[..], &b""[..], &b"not ours"[..]] {
        fs::write(file, broken).unwrap();
        assert_eq!(read(), learned);
        assert_eq!(fs::read(file).unwrap(), whole, "it is learned and kept again");
    }
    fs::remove_file(file).unwrap();
    fs::create_dir(file).unwrap();
    assert_eq!(read(), learned);
    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, "a file where the folder should be").unwrap();
    assert_eq!(read(), learned);
}

#[test]
fn read_prints_the_contract_for_files_folders_and_mboxes() {
    let place = place();
    let out = usher(place.path(), &["read", "--json", &corpus("mail")]);
    let lines = lines(&out);
    assert_eq!((out.status.code(), lines.len()), (Some(0), 120));
    let keys = [
        "file",
        "from",
        "to",
        "cc",
        "reply_to",
        "subject",
        "date",
        "text",
        "new_text",
        "clean",
        "quoted",
        "signature",
        "attachments",
        "automatic",
        "automatic_why",
        "facts",
        "defects",
    ];
    for key in keys {
        assert!(lines[0].get(key).is_some(), "{key}");
    }
    for key in ["emails", "dates", "language", "problems", "first_name", "invitation_code"] {
        assert!(lines[0]["facts"].get(key).is_some(), "facts.{key}");
    }
    let mbox: String = ["0002.eml", "0003.eml"]
        .iter()
        .map(|f| format!("From x\n{}\n", fs::read_to_string(corpus(&format!("mail/{f}"))).unwrap()))
        .collect();
    fs::write(place.path().join("box.mbox"), mbox).unwrap();
    let names: Vec<_> =
        self::lines(&usher(place.path(), &["read", "--json", "box.mbox"])).iter().map(|l| l["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["box.mbox#1", "box.mbox#2"]);
}

#[test]
fn triage_prints_the_contract_and_takes_standard_input() {
    let place = place();
    let mut child = Command::new(env!("CARGO_BIN_EXE_usher"))
        .current_dir(place.path())
        .args(["triage", "--json", "--directory", &corpus("directory"), "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(corpus("mail/0002.eml")).unwrap()).unwrap();
    let lines = lines(&child.wait_with_output().unwrap());
    assert_eq!(lines.len(), 1);
    let keys = [
        "file",
        "language",
        "candidate_id",
        "match",
        "invitation_state",
        "urgency",
        "case",
        "action",
        "missing",
        "because",
        "evidence",
        "others",
        "proof",
        "reply",
        "facts",
        "defects",
    ];
    for key in keys {
        assert!(lines[0].get(key).is_some(), "{key}");
    }
    let reply = &lines[0]["reply"];
    assert!(["to", "subject", "text", "template", "language"].iter().all(|k| reply[k].is_string()), "{reply}");
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_the_others_are_answered() {
    let place = place();
    fs::write(place.path().join("odd.eml"), b"\xff\xfe\0no mail at all").unwrap();
    let out = usher(place.path(), &["read", "--json", "nowhere.eml", "odd.eml", &corpus("mail/0002.eml")]);
    assert_eq!((out.status.code(), lines(&out).len()), (Some(1), 2), "{}", said(&out));
    assert!(said(&out).contains("nowhere.eml"));
}

#[test]
fn wrong_settings_are_told_all_at_once() {
    let place = place();
    fs::write(place.path().join("usher.toml"), "[store]\nulr = \"x\"\n\n[mailbox.support]\nport = \"many\"\n\n[replies]\nhold = 3\n")
        .unwrap();
    let out = usher(place.path(), &["serve", "--until-idle"]);
    assert_eq!(out.status.code(), Some(2));
    for told in ["usher.toml:2", "Did you mean `url`?", "usher.toml:5", "usher.toml:8"] {
        assert!(said(&out).contains(told), "{told} in {}", said(&out));
    }
}

#[test]
fn init_writes_what_doctor_and_rules_check_take_and_never_overwrites() {
    let place = place();
    assert!(usher(place.path(), &["init"]).status.success());
    let settings = place.path().join("usher.toml");
    fs::write(&settings, "rules = \"rules\"\ntemplates = \"templates\"\n[mailbox.m]\nfolder = \"incoming\"\n").unwrap();
    fs::create_dir(place.path().join("incoming")).unwrap();
    assert!(said(&usher(place.path(), &["init"])).contains("0 files written"));
    assert!(fs::read_to_string(&settings).unwrap().contains("incoming"));
    let checked = usher(place.path(), &["rules", "check"]);
    assert!(checked.status.success() && said(&checked).contains("0 failed"), "{}", said(&checked));
    let rule = place.path().join("rules/cases/120-code-expired.toml");
    fs::write(&rule, fs::read_to_string(&rule).unwrap().replace("state = [\"expired\"]", "state = [\"expird\"]")).unwrap();
    let wrong = usher(place.path(), &["rules", "check"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("cases/120-code-expired.toml:"), "{}", said(&wrong));
    let doctor = usher(place.path(), &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(said(&doctor).contains("FAIL  rules and templates"), "{}", said(&doctor));
}

#[test]
fn a_template_that_uses_an_unknown_name_is_told_before_it_is_used() {
    let place = place();
    assert!(usher(place.path(), &["init"]).status.success());
    fs::write(place.path().join("usher.toml"), "rules = \"rules\"\ntemplates = \"templates\"\n").unwrap();
    let template = place.path().join("templates/reply/code_expired.en.hbs");
    fs::write(&template, fs::read_to_string(&template).unwrap() + "{{password}}\n").unwrap();
    let out = usher(place.path(), &["rules", "check"]);
    assert!(out.status.code() == Some(1) && said(&out).contains("reply/code_expired.en.hbs"), "{}", said(&out));
}

#[test]
fn the_register_is_imported_found_and_refused_when_it_is_faulty() {
    let place = place();
    fs::write(place.path().join("usher.toml"), "").unwrap();
    let import = usher(place.path(), &["directory", "import", &corpus("directory")]);
    assert!(import.status.success() && said(&import).contains("Imported."), "{}", said(&import));
    let row = said(&import).lines().find(|l| l.contains("candidates ")).unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(row, ["candidates", "0", "400", "0", "0", "400"]);
    let again = usher(place.path(), &["directory", "import", &corpus("directory")]);
    assert!(again.status.success() && said(&again).contains("Nothing would change."), "{}", said(&again));
    assert!(said(&usher(place.path(), &["directory", "status"])).contains("400  candidates"));
    assert!(said(&usher(place.path(), &["directory", "find", "sofie lavoi"])).contains("sophie.lavoie@uboreale.example"));
    let broken = place.path().join("broken");
    fs::create_dir(&broken).unwrap();
    for entry in fs::read_dir(corpus("directory")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, broken.join(path.file_name().unwrap())).unwrap();
    }
    let candidates = broken.join("candidates.csv");
    fs::write(&candidates, fs::read_to_string(&candidates).unwrap() + "C9999,Ada,Roy,not-an-address,INST-99,de\n").unwrap();
    let out = usher(place.path(), &["directory", "import", "broken"]);
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(said(&out).matches("candidates.csv:402").count(), 3, "{}", said(&out));
    assert!(said(&usher(place.path(), &["directory", "status"])).contains("version 1"));
}

#[test]
fn an_import_that_loses_too_many_is_shown_and_refused_until_it_is_forced() {
    let place = place();
    fs::write(place.path().join("usher.toml"), "").unwrap();
    assert!(usher(place.path(), &["directory", "import", &corpus("directory")]).status.success());
    let smaller = place.path().join("smaller");
    fs::create_dir(&smaller).unwrap();
    let kept = |line: &str| line.split(',').next().is_some_and(|id| !id.ends_with('7') && !id.ends_with('3'));
    for (name, column) in [("institutions", 9), ("evaluations", 9), ("candidates", 0), ("registrations", 0), ("invitations", 1)] {
        let text = fs::read_to_string(corpus("directory") + &format!("/{name}.csv")).unwrap();
        let rows = text.lines().zip(0..).filter(|(l, n)| *n == 0 || column == 9 || l.split(',').nth(column).is_some_and(kept));
        let text: String = rows.map(|(line, _)| format!("{line}\n")).collect();
        fs::write(smaller.join(format!("{name}.csv")), text).unwrap();
    }
    let dry = usher(place.path(), &["directory", "import", "smaller", "--dry-run", "--force"]);
    assert!(dry.status.success() && said(&dry).contains("dry run") && said(&dry).contains("(INST-01)"), "{}", said(&dry));
    let refused = usher(place.path(), &["directory", "import", "smaller"]);
    assert!(refused.status.code() == Some(1) && said(&refused).contains("of 400 candidates in all"), "{}", said(&refused));
    assert!(said(&usher(place.path(), &["directory", "status"])).contains("version 1"));
    assert!(usher(place.path(), &["directory", "import", "smaller", "--force"]).status.success());
    assert!(said(&usher(place.path(), &["directory", "status"])).contains("version 2"));
}

#[test]
fn the_samples_are_triaged_as_they_stand() {
    let place = place();
    let samples = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).display().to_string();
    let out = usher(place.path(), &["triage", "--json", "--directory", &samples("directory"), &samples("mail")]);
    assert!(out.status.success() && lines(&out).len() > 20, "{}", said(&out));
    fs::write(place.path().join("usher.toml"), "").unwrap();
    let import = usher(place.path(), &["directory", "import", &samples("directory")]);
    assert_eq!(said(&import).matches("holds times of the samples").count(), 2, "once a file: {}", said(&import));
}

#[cfg(unix)]
#[test]
fn the_key_of_codes_is_made_for_its_owner_alone_and_doctor_minds() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    assert!(usher(place.path(), &["init"]).status.success());
    let key = place.path().join("usher.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let made = fs::read_to_string(&key).unwrap();
    assert!(usher(place.path(), &["init"]).status.success());
    assert_eq!(fs::read_to_string(&key).unwrap(), made, "never made again");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(said(&usher(place.path(), &["doctor"])).contains("FAIL  key"), "doctor minds");
}

#[test]
fn the_demo_shows_every_action_and_exits() {
    let place = place();
    let out = usher(place.path(), &["demo", "--once"]);
    assert!(out.status.success(), "{}", said(&out));
    for word in ["escalate", "auto reply", "hand over", "draft", "38 messages", "code superseded", "wrong address", "ambiguous"] {
        assert!(said(&out).contains(word), "{word}");
    }
}

/// A desk that stays open, ended when the test ends, and a browser that signed in.
struct Demo {
    child: Child,
    port: u16,
    cookie: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Demo {
    /// `usher demo`, entered by the link that it prints.
    fn open() -> Self {
        let mut demo = Self::of(|port| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
            command.args(["demo", "--listen", &format!("127.0.0.1:{port}")]);
            command
        });
        let lines = BufReader::new(demo.child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let link = lines.into_iter().find_map(|line| line.split_once("/welcome/").map(|(_, token)| token.to_owned())).unwrap();
        assert!(demo.get(&format!("/welcome/{link}")).contains("This link signs you in once"));
        demo.enter(&format!("/welcome/{link}"), "");
        demo
    }

    fn of(command: impl FnOnce(u16) -> Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = command(port).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let demo = Self { child, port, cookie: String::new() };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            pause();
        }
        demo
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    fn ask(&self, first: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let (cookie, length) = (&self.cookie, body.len());
        write!(stream, "{first}Host: localhost\r\nConnection: close\r\nCookie: {cookie}\r\nContent-Length: {length}\r\n\r\n{body}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends a form that signs in, and keeps the cookie.
    fn enter(&mut self, path: &str, form: &str) {
        let first = format!("POST {path} HTTP/1.1\r\nOrigin: http://localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        let answer = self.ask(&first, form);
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let (_, cookie) = answer.split_once("set-cookie: ").unwrap();
        self.cookie = cookie.split_once(';').unwrap().0.to_owned();
    }
}

#[expect(clippy::disallowed_methods, reason = "a test waits for a program")]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

#[test]
fn the_desk_shows_the_queue_and_a_ticket_and_lets_nothing_in() {
    let demo = Demo::open();
    let queue = demo.get("/queue");
    assert!(queue.starts_with("HTTP/1.1 200"), "{queue}");
    assert!(queue.contains("Imminent") && queue.contains("Waiting for a person") && queue.contains("Jonah Petersen"));
    assert!(queue.contains("default-src 'none'") && queue.contains("frame-ancestors 'none'") && !queue.contains("<script>"));
    let link = queue.split("href=\"/queue/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let ticket = demo.get(&format!("/queue/{link}"));
    assert!(ticket.contains("Why this case") && ticket.contains("Reply"), "{ticket}");
    assert!(demo.get("/queue/999999").starts_with("HTTP/1.1 404"));
    assert!(demo.get("/healthz").contains("\"ok\":true"));
}

#[test]
fn a_register_that_is_too_old_is_told_by_desk_health_and_doctor() {
    let place = place();
    let settings = |stale_after: &str, port: u16| {
        let directory = corpus("directory");
        let text = format!(
            "[directory]\npath = \"{directory}\"\nstale_after = \"{stale_after}\"\n[desk]\nlisten = \"127.0.0.1:{port}\"\n\
             [mail]\nown = [\"support@nexam.example\"]\n[mailbox.m]\nfolder = \"incoming\"\n"
        );
        fs::write(place.path().join("usher.toml"), text).unwrap();
    };
    for (stale_after, answer, banner) in [("1s", "HTTP/1.1 503", true), ("24h", "HTTP/1.1 200", false)] {
        settings(stale_after, 0);
        assert!(usher(place.path(), &["directory", "import"]).status.success(), "the source of the settings");
        (0..24).for_each(|_| pause());
        let mut desk = Demo::of(|port| {
            settings(stale_after, port);
            let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
            command.current_dir(place.path()).args(["serve", "--only", "desk"]);
            command
        });
        let health = desk.get("/healthz");
        assert!(health.starts_with(answer) && health.contains("stale") == banner, "{health}");
        account(place.path(), &format!("lea-{stale_after}@nexam.example"));
        desk.enter("/sign-in", &format!("email=lea-{stale_after}%40nexam.example&password=quatre+chats+gris"));
        assert_eq!(desk.get("/queue").contains("Auto-replies are off"), banner);
        assert_eq!(said(&usher(place.path(), &["doctor"])).contains("FAIL  register's age"), banner);
    }
}

/// Makes an account by a password on standard input.
fn account(folder: &Path, email: &str) -> Output {
    let mut usher = Command::new(env!("CARGO_BIN_EXE_usher"));
    let arguments = ["user", "add", email, "--name", "Léa Gagnon", "--role", "operator"];
    let mut child =
        usher.current_dir(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"quatre chats gris\n").unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", said(&out));
    out
}

#[test]
fn accounts_are_made_listed_changed_and_shut() {
    let place = place();
    fs::write(
        place.path().join("usher.toml"),
        "[mail]\nown = [\"support@nexam.example\"]\n[desk]\nurl = \"https://desk.nexam.example/\"\n",
    )
    .unwrap();
    let user = |arguments: &[&str]| usher(place.path(), &[&["user"], arguments].concat());
    assert!(said(&user(&["list"])).contains("usher user add"));
    assert!(!said(&account(place.path(), "lea@nexam.example")).contains("quatre"), "a password is never shown");
    let marc = ["add", "Marc@Nexam.example", "--name", "Marc", "--role", "send"];
    let out = user(&marc);
    assert!(out.status.success() && said(&out).contains("https://desk.nexam.example/welcome/"), "{}", said(&out));
    assert_eq!(user(&marc).status.code(), Some(2), "one account an address");
    fs::write(place.path().join("short"), "short\n").unwrap();
    for (arguments, says) in [
        (&["add", "x@y.example", "--name", "X", "--role", "boss"][..], "look, draft, send, lead, operator"),
        (&["add", "x@y.example", "--name", "X", "--role", "look", "--password-file", "short"], "at least 12"),
        (&["add", "nobody", "--name", "X", "--role", "look"], "no address"),
        (&["role", "x@y.example", "look"], "has no account"),
    ] {
        let out = user(arguments);
        assert!(out.status.code() == Some(2) && said(&out).contains(says), "{arguments:?}: {}", said(&out));
    }
    let out = user(&["disable", "lea@nexam.example"]);
    assert!(out.status.code() == Some(1) && said(&out).contains("somebody has to operate"), "{}", said(&out));
    for arguments in [&["role", "marc@nexam.example", "operator"][..], &["disable", "lea@nexam.example"], &["enable", "lea@nexam.example"]]
    {
        assert!(user(arguments).status.success());
    }
    assert!(said(&user(&["reset", "lea@nexam.example", "--second-factor"])).contains("/welcome/"));
    let list = lines(&user(&["list", "--json"]));
    let seen: Vec<_> =
        list.iter().map(|l| (l["email"].as_str().unwrap(), l["role"].as_str().unwrap(), l["has_password"].as_bool().unwrap())).collect();
    assert_eq!(seen, [("lea@nexam.example", "operator", false), ("marc@nexam.example", "operator", false)]);
}

#[test]
fn the_desk_does_not_listen_where_others_could_reach_it() {
    let place: PathBuf = std::env::temp_dir();
    let out = usher(&place, &["demo", "--listen", "0.0.0.0:0"]);
    assert!(out.status.code() == Some(2) && said(&out).contains("passwords would travel in clear"), "{}", said(&out));
}

#[test]
fn claims_are_resolved_line_by_line_and_a_line_that_is_none_is_told() {
    let folder = place();
    let registered = fs::read_to_string(corpus("directory/candidates.csv")).unwrap();
    let row: Vec<&str> = registered.lines().nth(1).unwrap().split(',').collect();
    let (id, address) = (row[0], row[3]);
    let claims = format!(
        "{{\"id\": \"a\", \"address_used\": \"{}\"}}\nno claim\n\n{{\"id\": 2, \"sender\": \"nobody@x.example\"}}\n",
        address.to_uppercase()
    );
    fs::write(folder.path().join("claims.jsonl"), claims).unwrap();
    let out = usher(folder.path(), &["directory", "resolve", "--directory", &corpus("directory"), "--json", "claims.jsonl"]);
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    assert!(String::from_utf8_lossy(&out.stderr).contains("claims.jsonl:2: no claim"), "{}", said(&out));
    let answers = lines(&out);
    assert_eq!((&answers[0]["id"], &answers[0]["candidate_id"], &answers[0]["match"]), (&"a".into(), &id.into(), &"exact".into()));
    assert_eq!((&answers[1]["id"], &answers[1]["candidate_id"], &answers[1]["match"]), (&2.into(), &Value::Null, &"none".into()));
    assert!(answers.iter().all(|a| a["ns"].as_u64().is_some_and(|ns| ns > 0)), "{answers:?}");
}

#[test]
fn nobody_else_reads_the_database_nor_what_stands_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = place();
    fs::write(folder.path().join("usher.toml"), "[store]\nurl = \"sqlite:usher.db\"\n").unwrap();
    let out = usher(folder.path(), &["directory", "import", &corpus("directory")]);
    assert!(out.status.success(), "{}", said(&out));
    let files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|f| f.unwrap())
        .filter(|f| f.file_name().to_string_lossy().starts_with("usher.db"))
        .collect();
    assert!(!files.is_empty());
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}
