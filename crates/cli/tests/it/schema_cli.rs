//! `kith schema`: a schema that a team keeps in a file.

use kith_testing::{Server, each_db};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::command_line::Kith;

each_db!(
    keeps_a_schema_in_a_file,
    says_where_in_the_file_something_is_wrong,
    asks_before_it_destroys,
    goes_back_and_shows_what_changed,
    follows_tasks,
);

const SCHEMA: &str = "\
objects:
  - name: contact
    fields:
      - {name: full_name, type: text, required: true}
      - {name: fax, type: phone}
      - {name: email, type: email, unique: true}
";

struct File {
    folder: TempDir,
}

impl File {
    fn new(text: &str) -> Self {
        let file = Self { folder: TempDir::new().unwrap() };
        file.write(text);
        file
    }

    fn path(&self) -> String {
        self.folder.path().join("schema.yaml").to_str().unwrap().to_owned()
    }

    fn write(&self, text: &str) {
        std::fs::write(self.path(), text).unwrap();
    }

    fn read(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }
}

async fn keeps_a_schema_in_a_file(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let file = File::new(SCHEMA);
    let path = file.path();
    let drifted = kith.run(&["schema", "check", &path]).await;
    assert_eq!(drifted.code, 7, "{drifted:?}");
    assert!(drifted.out.contains("new object `contact`") && drifted.err.contains("drifted"), "{drifted:?}");
    let plan = kith.json(&["schema", "plan", &path]).await;
    let id = plan["id"].as_str().unwrap();
    let applied = kith.json(&["schema", "apply", &path, "--plan", id]).await;
    assert_eq!(applied, json!({"version": 1, "steps": 1, "tasks": []}));
    let check = kith.run(&["schema", "check", &path]).await;
    assert_eq!((check.code, check.out.as_str()), (0, "no drift: the server has it, at version 1\n"));
    // What is pulled is what was written, and is no drift either.
    assert_eq!(kith.run(&["schema", "pull", &path]).await.code, 0);
    let pulled = file.read();
    assert!(pulled.starts_with("# The schema") && pulled.ends_with(SCHEMA), "{pulled}");
    assert_eq!(kith.run(&["schema", "check", &path]).await.code, 0);
    assert_eq!(
        kith.run(&["schema", "apply", &path, "--yes"]).await.out,
        "nothing to do: the schema is so already\n"
    );
    let same = kith.run_with(&["schema", "plan", "-"], &pulled).await;
    assert_eq!(same.out, "nothing to do: version 1 is so already\n");
}

async fn says_where_in_the_file_something_is_wrong(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let file = File::new(&SCHEMA.replace("type: phone", "type: phon"));
    let path = file.path();
    let place = format!("{path}:5:21 /objects/0/fields/1/type");
    kith.run(&["schema", "plan", &path]).await.expect_failure(1, &place);
    file.write("objects:\n  - name: contact\n    name: person\n");
    let place = format!("{path}:3:5: `name` stands there twice");
    kith.run(&["schema", "plan", &path]).await.expect_failure(2, &place);
    file.write("contact");
    kith.run(&["schema", "plan", &path]).await.expect_failure(2, "begins with `objects:`");
    kith.run(&["schema", "plan", "no-such-file"]).await.expect_failure(2, "cannot be read");
}

async fn asks_before_it_destroys(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let file = File::new(SCHEMA);
    let path = file.path();
    kith.run(&["schema", "apply", &path]).await.expect_failure(2, "nobody can be asked here");
    assert_eq!(kith.run(&["schema", "apply", &path, "--yes"]).await.code, 0);
    tenant.make("contact", json!({"full_name": "Ada", "fax": "+4930901820"})).await;
    file.write(&SCHEMA.replace("      - {name: fax, type: phone}\n", ""));
    let plan = kith.run(&["schema", "plan", &path]).await.out;
    for words in
        ["! ", "field `contact.fax` is hidden", "breaks api", "used: write by", "--accept contact.fax"]
    {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    kith.run(&["schema", "apply", &path, "--yes"]).await.expect_failure(4, "not_accepted");
    let done = kith.run(&["schema", "apply", &path, "--yes", "--accept", "contact.fax"]).await;
    assert_eq!(done.out, "done: 1 steps, the schema is at version 2\n", "{done:?}");
}

async fn goes_back_and_shows_what_changed(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let file = File::new(SCHEMA);
    let path = file.path();
    kith.run(&["schema", "apply", &path, "--yes"]).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "fax": "+4930901820"})).await;
    file.write(&SCHEMA.replace("      - {name: fax, type: phone}\n", ""));
    kith.run(&["schema", "apply", &path, "--yes", "--accept", "contact.fax"]).await;
    let diff = kith.run(&["schema", "diff", "1", "2"]).await.out;
    assert_eq!(diff, "from version 1 to 2\n  field `contact.fax` is hidden\n");
    let versions = kith.run(&["schema", "versions"]).await.out;
    assert!(versions.contains("field.removed contact.fax"), "{versions}");
    assert_eq!(kith.run(&["schema", "rollback", "1", "--yes"]).await.code, 0);
    assert_eq!(tenant.get("contact", &id).ok().await["fax"], "+4930901820");
    let old = kith.run(&["schema", "pull", "--at", "2"]).await.out;
    assert!(!old.contains("fax"), "{old}");
    kith.run(&["schema", "rollback", "9", "--yes"]).await.expect_failure(3, "no version 9");
}

async fn follows_tasks(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let file = File::new(SCHEMA);
    let path = file.path();
    kith.run(&["schema", "apply", &path, "--yes"]).await;
    let contact = |number: usize| json!({"full_name": format!("Contact {number}")});
    crate::tasks::make_many(&tenant, "contact", 2_000, contact).await;
    file.write(&format!(
        "{SCHEMA}      - {{name: greeting, type: text, computed: \"'Dear ' + full_name\", stored: true}}\n"
    ));
    let applied = kith.json(&["schema", "apply", &path, "--yes"]).await;
    assert_eq!(applied["tasks"].as_array().unwrap().len(), 1, "{applied}");
    let followed = kith.run(&["schema", "tasks", "--follow"]).await;
    assert!(followed.out.contains("contact.greeting  done"), "{followed:?}");
    let listed: Json = kith.json(&["schema", "tasks"]).await;
    assert_eq!(listed["data"][0]["id"], applied["tasks"][0]);
    let id = applied["tasks"][0].as_str().unwrap();
    kith.run(&["schema", "tasks", "retry", id]).await.expect_failure(4, "task_ended");
}
