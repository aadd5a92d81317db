use usher::people::{directory::Directory, import};
use usher::triage::{self, playbook::Playbook, report};
fn main() {
    let d = std::env::args().nth(1).unwrap();
    let pb = Playbook::built_in(Default::default(), Default::default(), Default::default()).unwrap();
    for c in usher::triage::examples::check(&pb) {
        if !c.passed {
            eprintln!("{} {:?} expected {} got {}", c.name, c.words, c.expected, c.got);
        }
    }
    let files: Vec<_> = import::FILES.iter().map(|n| (n.to_string(), std::fs::read(format!("{d}/directory/{n}")).unwrap())).collect();
    let dir = Directory::new(import::tables(&files).unwrap());
    let mut names: Vec<_> = std::fs::read_dir(format!("{d}/mail")).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for p in names {
        let raw = std::fs::read(&p).unwrap();
        let r = triage::read(&raw, &pb);
        let now = r.message.moment().unwrap();
        let o = triage::settle(r, &dir, &pb, now);
        println!("{}", serde_json::to_string(&report::triage(&p.to_string_lossy(), &o)).unwrap());
    }
}
