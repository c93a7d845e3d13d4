/* The table of commands. One row is all there is to a command but its doing: name, operands,
 * options, help. What a row does not say, neither help nor reference can promise. Their
 * options are in options.c.
 */
#include "cli/commands.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/options.h"

#define FIELDS_TEXT                                                                                \
    "Fields may also be given one by one: FIELD=TEXT, or FIELD:=JSON for numbers, lists and the "  \
    "like."

/* X(noun, verb, operands, text, more, options, client, output, min, max, run) in the order in which
 * help shows them. */
static const struct rd_command commands[] = {
    { "serve", NULL, NULL, "Runs the daemon until it is told to stop",
      "SIGTERM and SIGINT drain and stop, SIGHUP loads the policy anew. The log goes to standard "
      "error, one JSON\n"
      "object a line.",
      rd_options_serve, false, false, 0, 0, rd_run_serve },
    { "case", "open", "TYPE [FIELD=VALUE...]", "Opens a case", FIELDS_TEXT, rd_options_open, true,
      true, 1, RD_ARGS_OPERANDS_MAX, rd_run_case_open },
    { "case", "act", "ID EVENT [FIELD=VALUE...]", "Does something to a case",
      "ID is the record's id, 5-1, or its number, CP-2026-000001. " FIELDS_TEXT, rd_options_act,
      true, true, 2, RD_ARGS_OPERANDS_MAX, rd_run_case_act },
    { "case", "show", "ID", "Shows a case or record",
      "ID is the record's id, 5-1, or its number, CP-2026-000001.", rd_options_show, true, true, 1,
      1, rd_run_case_show },
    { "case", "list", "TYPE [FIELD=VALUE...]", "Lists cases or records of a type", FIELDS_TEXT,
      rd_options_list, true, true, 1, RD_ARGS_OPERANDS_MAX, rd_run_case_list },
    { "case", "history", "ID", "Shows what happened to a case, from the first entry on", NULL,
      rd_options_none, true, true, 1, 1, rd_run_case_history },
    { "case", "actions", "ID", "Shows what may be done now, and what not and why", NULL,
      rd_options_none, true, true, 1, 1, rd_run_case_actions },
    { "case", "disclose", "ID", "Shows secret fields to whom they are disclosed; it is journalled",
      NULL, rd_options_disclose, true, true, 1, 1, rd_run_case_disclose },
    { "case", "explain", "ID", "Shows by which rules and lines an entry was decided", NULL,
      rd_options_explain, true, true, 1, 1, rd_run_case_explain },
    { "case", "capture", "ID", "Writes what happened to a case as a test of the rules",
      "Pseudonymised, to be put beside the rules: redress case capture CP-2026-000001 >\n"
      "rules/case_1_test.lua. With --policy the test is run by those rules at once, and a rule\n"
      "that breaks it is named.",
      rd_options_capture, true, true, 1, 1, rd_run_case_capture },
    { "case", "why", "ID EVENT [FIELD=VALUE...]",
      "Says whether an event would be accepted, why not, and the nearest that would be",
      FIELDS_TEXT "\nNothing is changed.", rd_options_why, true, true, 2, RD_ARGS_OPERANDS_MAX,
      rd_run_case_why },
    { "case", "progress", "NUMBER", "Shows how a case stands, as its customer may see it", NULL,
      rd_options_progress, true, true, 1, 1, rd_run_case_progress },
    { "case", "guidance", "ID", "Shows what the knowledge base advises for a case", NULL,
      rd_options_guidance, true, true, 1, 1, rd_run_case_guidance },
    { "record", "create", "TYPE [FIELD=VALUE...]",
      "Creates a record that is no case, such as a customer", FIELDS_TEXT, rd_options_create, true,
      true, 1, RD_ARGS_OPERANDS_MAX, rd_run_record_create },
    { "record", "update", "ID [FIELD=VALUE...]", "Changes fields of such a record", FIELDS_TEXT,
      rd_options_update, true, true, 1, RD_ARGS_OPERANDS_MAX, rd_run_record_update },
    { "decide", NULL, "NAME [INPUT=VALUE...]", "Asks a decision of the policy", FIELDS_TEXT,
      rd_options_decide, true, true, 1, RD_ARGS_OPERANDS_MAX, rd_run_decide },
    { "template", "render", "TEMPLATE ID [FIELD=VALUE...]",
      "Fills in a template for a record, for an answer by hand",
      "FIELD=VALUE are what the template takes from a form, where it does.", rd_options_render,
      true, true, 2, RD_ARGS_OPERANDS_MAX, rd_run_template_render },
    { "calendar", "add", "CALENDAR START DURATION", "Says when a duration is used up on a calendar",
      "START is an RFC 3339 time, or \"2026-03-06 16:00\" in the calendar's zone. DURATION is as "
      "in "
      "the rules:\n"
      "\"4 hours\", \"15 business days\", \"by close of 2 business days\", \"1 month from the next "
      "day\".",
      rd_options_calendar, true, true, 3, 3, rd_run_calendar_add },
    { "calendar", "between", "CALENDAR A B", "Says how much lies between two times on a calendar",
      "business-days counts the working days after A's day, up to and with B's.",
      rd_options_between, true, true, 3, 3, rd_run_calendar_between },
    { "calendar", "show", "CALENDAR MONTH", "Shows a month (2026-10) with its hours and holidays",
      NULL, rd_options_month, true, true, 2, 2, rd_run_calendar_show },
    { "calendar", "import", "FILE.ics", "Makes holiday files from an iCalendar file",
      "All-day events are the days off; yearly ones are taken for each year. Exit code 1 where an "
      "event can't be used.",
      rd_options_ics, false, false, 1, 1, rd_run_calendar_import },
    { "person", "erase", "ID", "Erases a person for good: destroys the key of his personal texts",
      "ID is the person's record (a customer), or a case that tells of nobody else. Cases about\n"
      "him must be closed. His personal texts are gone from records, history, journal and "
      "standby,\n"
      "and nothing brings them back; every hash of the journal still fits. Backups that were made\n"
      "before have the key until they are brought up to date. Where rules/authority.lua has a row\n"
      "for person.confirm, another person confirms it within three days.",
      rd_options_erase, true, true, 1, 1, rd_run_person_erase },
    { "person", "confirm", "ID", "The second person's yes to erasing somebody: done at once", NULL,
      rd_options_erasing, true, true, 1, 1, rd_run_person_confirm },
    { "person", "list", NULL, "Lists who was erased, and whose erasure waits for a second person",
      NULL, rd_options_none, true, true, 0, 0, rd_run_person_list },
    { "policy", "check", "[DIR]", "Checks rules/ and scripts/ of a directory",
      "Findings are printed as FILE:LINE:COLUMN: sentence. Exit code 1 where one of them is an "
      "error.",
      rd_options_check, false, true, 0, 1, rd_run_policy_check },
    { "policy", "init", "DIR", "Lays out a new company: rules, a workflow, tests, editor settings",
      "Small enough to read in five minutes. Nothing that is there is overwritten.",
      rd_options_none, false, false, 1, 1, rd_run_policy_init },
    { "policy", "backtest", "[DIR]", "Asks every recorded decision again, under the rules of DIR",
      "Each for itself, on the facts of its moment: what really happened goes on being the past of "
      "the next one. A\n"
      "difference is told only where the rules of that day, asked as well, give the record again; "
      "the rest is\n"
      "counted apart. Nothing is written into the data directory, and a daemon may hold it.",
      rd_options_backtest, true, false, 0, 1, rd_run_policy_backtest },
    { "policy", "shadow", "[DIR]",
      "Lets the rules of DIR decide beside those in force, for a trial",
      "The daemon is sent rules/ and scripts/ of DIR, at most 1 MiB as a message. From the next "
      "entry on it asks\n"
      "them as well whatever it decides, behind the work and without any effect, and counts what "
      "differs. A restart\n"
      "goes on with it. --show tells how many entries it is behind; under load it waits, and "
      "leaves nothing out.",
      rd_options_shadow, true, true, 0, 1, rd_run_policy_shadow },
    { "policy", "test", "[DIR]", "Runs the tests beside the rules, on a clock of their own",
      "Prints each broken promise and the rows, guards and transitions that no promise visited. "
      "Exit code 1 where\n"
      "one is broken.",
      rd_options_test, false, true, 0, 1, rd_run_policy_test },
    { "policy", "activate", NULL, "Puts the daemon's policy directory into force",
      "Checks it, runs its tests, and asks whether every open case has a place in it and somebody\n"
      "who may go on with it; then swaps the generations between two commands. A refusal names "
      "the\n"
      "rules and the cases, and the one in force goes on.",
      rd_options_activate, true, true, 0, 0, rd_run_policy_activate },
    { "policy", "rollback", "[GENERATION]", "Puts an earlier generation into force again",
      "Without GENERATION: the last one that was another. It gets a new number; deadlines are\n"
      "planned anew from their ledgers. Cases in states that it does not know refuse it, unless\n"
      "--moved says where they go.",
      rd_options_rollback, true, true, 0, 1, rd_run_policy_rollback },
    { "policy", "confirm", "PROPOSAL", "Confirms a policy that another person has proposed",
      "Where rules/authority.lua has a row for policy.confirm, activate, reload and rollback only\n"
      "propose: `policy list` shows what waits. It is checked and tried again, and then in force.",
      rd_options_confirm, true, true, 1, 1, rd_run_policy_confirm },
    { "policy", "withdraw", "PROPOSAL", "Takes a policy away that waits for a second person", NULL,
      rd_options_withdraw, true, true, 1, 1, rd_run_policy_withdraw },
    { "policy", "sign", "DIR", "Signs the policy of a directory with a secret key",
      "Writes DIR/policy.sig. A server that was started with --policy-key lets nothing else come "
      "into force.\n"
      "`redress audit key FILE` makes a key.",
      rd_options_policy_sign, false, true, 1, 1, rd_run_policy_sign },
    { "policy", "list", NULL, "Lists the generations: who activated them, when and why", NULL,
      rd_options_generations, true, true, 0, 0, rd_run_policy_list },
    { "policy", "prove", "[DIR]", "Proves what holds in every case, or shows the case in which not",
      "Three answers: proved, refuted (with the case), unknown (with the function that it hangs "
      "on). Prints\n"
      "what is not proved; --all prints everything, --tests the refuted cases as promises (it runs "
      "your own\n"
      "promises for that, some seconds). Exit code 1 where something is refuted. "
      "docs/reference/prove.md says what each claim means.",
      rd_options_prove, false, true, 0, 1, rd_run_policy_prove },
    { "policy", "diff", "OLD NEW",
      "Tells what differs between two policies, in the words of the business",
      "OLD and NEW are directories with rules/ and scripts/. Rows of tables are compared by their\n"
      "ids, authority by command and roles, procedures by state and event, functions by their "
      "text\n"
      "without comments. Exit code 0 also where they differ.",
      rd_options_diff, false, true, 2, 2, rd_run_policy_diff },
    { "policy", "info", NULL, "Shows which generation of the policy is in force", NULL,
      rd_options_none, true, true, 0, 0, rd_run_policy_info },
    { "policy", "preview", NULL, "Shows which deadlines activating the policy directory would move",
      "Asks the daemon to plan the deadlines of all open cases with the rules that its policy\n"
      "directory has now, and compares; nothing is changed. `policy reload` then does it.",
      rd_options_none, true, true, 0, 0, rd_run_policy_preview },
    { "policy", "reload", NULL, "Has the daemon load its policy directory anew",
      "A policy with errors is refused with the reasons, and the one in force goes on.",
      rd_options_none, true, true, 0, 0, rd_run_policy_reload },
    { "policy", "reference", NULL, "Prints the language's reference page", NULL, rd_options_none,
      false, false, 0, 0, rd_run_policy_reference },
    { "policy", "workflows", "[DIR]",
      "Prints the procedures of a directory: states, events, who may, limits",
      "A page in Markdown, made of the compiled rules.", rd_options_none, false, false, 0, 1,
      rd_run_policy_workflows },
    { "policy", "stubs", "[DIR]", "Prints the language's declarations for editors (LuaLS)",
      "With DIR also the names of its records and choices, which are words as well:\n"
      "redress policy stubs mycompany > words.lua; mv words.lua mycompany/.redress/redress.lua",
      rd_options_none, false, false, 0, 1, rd_run_policy_stubs },
    { "feed", "tail", NULL, "Prints events as they become durable, one a line", NULL,
      rd_options_tail, true, true, 0, 0, rd_run_feed_tail },
    { "clock", "advance", NULL, "Moves a manual clock", "Deadlines on the way ring in their order.",
      rd_options_advance, true, true, 0, 0, rd_run_clock_advance },
    { "agenda", "list", NULL, "Lists what rings next, earliest first",
      "'redress agenda' is the same: a noun that can only list needs no verb.", rd_options_agenda,
      true, true, 0, 0, rd_run_agenda_list },
    { "job", "list", NULL, "Lists jobs: what goes over records, and how far it is", NULL,
      rd_options_job, true, true, 0, 0, rd_run_job_list },
    { "schedule", "list", NULL, "Lists schedules: what comes round by itself, last and next", NULL,
      rd_options_none, true, true, 0, 0, rd_run_schedule_list },
    { "ledger", "show", "LEDGER ID", "Shows what an account of a ledger has, and its entries",
      "ID is the id or number of the record whose account it is. Entries come oldest first.",
      rd_options_ledger, true, true, 2, 2, rd_run_ledger_show },
    { "ledger", "verify", "LEDGER", "Proves that every balance is the sum of its entries",
      "Exit code 1 and the accounts where one is not.", rd_options_none, true, true, 1, 1,
      rd_run_ledger_verify },
    { "notice", "list", NULL, "Lists notices: who was told what", NULL, rd_options_notice, true,
      true, 0, 0, rd_run_notice_list },
    { "account", "list", NULL, "Lists accounts: unit, roles, who is away, who has left",
      "The same as 'redress staff list'.", rd_options_staff, true, true, 0, 0, rd_run_staff_list },
    { "account", "token", "ACCOUNT", "Makes a token with which an account logs in over TCP",
      "The token is printed once and kept nowhere: only its hash is stored. A scope is \"read\", a "
      "method\n"
      "(case.list, feed.*) or a command (complaint.open, complaint.*).",
      rd_options_token, true, true, 1, 1, rd_run_account_token },
    { "account", "tokens", "[ACCOUNT]", "Lists tokens: whose, what for, until when, last used",
      "Never the tokens themselves. \"Last used\" is true to the hour.", rd_options_tokens, true,
      true, 0, 1, rd_run_account_tokens },
    { "account", "revoke", "[ID]", "Ends a token, or with --account all tokens of an account",
      "At once: also connections that are logged in by it are refused from here on.",
      rd_options_revoke, true, true, 0, 1, rd_run_account_revoke },
    { "staff", "list", NULL, "Lists accounts: unit, roles, who is away, who stands in",
      "Accounts of the policy and staff records alike, in the order of their names.",
      rd_options_staff, true, true, 0, 0, rd_run_staff_list },
    { "staff", "show", "LOGIN", "Shows one account, and for whom it stands in", NULL,
      rd_options_none, true, true, 1, 1, rd_run_staff_show },
    { "server", "health", NULL, "Says whether the daemon is ready for work, and if not, why",
      "Exit code 0 ready, 1 not ready, 3 no server, or none that answers within 10 s. What each\n"
      "reason asks for: docs/operations.md.",
      rd_options_none, true, true, 0, 0, rd_run_server_health },
    { "server", "metrics", NULL, "Prints the daemon's metrics in Prometheus' text form",
      "For a collector that reads files: redress server metrics > "
      "/var/lib/node_exporter/redress.prom",
      rd_options_none, true, false, 0, 0, rd_run_server_metrics },
    { "doctor", NULL, NULL,
      "Looks at the machine and the directories for what would go wrong later",
      "Disk, flushes, file system, limits, clock, zones, permissions, policy, the daemon. Exit "
      "code "
      "1 where something\n"
      "is bad; what is only a warning leaves 0.",
      rd_options_doctor, false, true, 0, 0, rd_run_doctor },
    { "server", "info", NULL, "Shows the daemon's version, clock and numbers", NULL,
      rd_options_none, true, true, 0, 0, rd_run_server_info },
    { "call", NULL, "METHOD [JSON]", "Calls any method of the daemon", "Prints the result as JSON.",
      rd_options_none, true, false, 1, 2, rd_run_call },
    { "import", NULL, "SOURCE.csv", "Brings in cases and their history at their true times",
      "Rows that can't be used go to the errors file with line, key and reason, and stop nothing. "
      "Running it again\n"
      "repeats nothing.",
      rd_options_import, true, true, 1, 1, rd_run_import },
    { "report", "cases", NULL, "Counts cases by a field", NULL, rd_options_report, true, true, 0, 0,
      rd_run_report_cases },
    { "report", "list", NULL, "Lists the reports of the policy", NULL, rd_options_language, true,
      true, 0, 0, rd_run_report_list },
    { "report", NULL, "NAME", "Makes a report of a month and compares it with the one before",
      "What is counted of whom, the rules say: `report` in docs/reference/policy.md. A csv has one "
      "line "
      "a figure.",
      rd_options_run_report, true, false, 1, 1, rd_run_report },
    { "view", "list", NULL, "Lists the views that one may run", NULL, rd_options_language, true,
      true, 0, 0, rd_run_view_list },
    { "view", "run", "NAME [PARAM=VALUE...]", "Shows the rows of a view",
      "Parameters may be given as --param NAME=VALUE, as NAME=TEXT, or as NAME:=JSON.",
      rd_options_view, true, false, 1, RD_ARGS_OPERANDS_MAX, rd_run_view_run },
    { "backup", "create", "DIR", "Makes a backup, or brings the one in DIR up to date",
      "Online, by the daemon of the data directory, or in this process where none runs. Copies the "
      "journal: full\n"
      "segments once, the newest as far as it is durable; each is proven before and read back "
      "after. The store is not\n"
      "copied: a restore makes it anew.",
      rd_options_backup, false, true, 1, 1, rd_run_backup_create },
    { "backup", "verify", "DIR", "Proves that a backup is whole",
      "Reads every file and the hash chain from the first entry to the last, and tries the keys on "
      "all that is sealed.\n"
      "Exit code 1 and the place where something does not fit, the persons whose key is missing or "
      "another one.",
      rd_options_none, false, true, 1, 1, rd_run_backup_verify },
    { "backup", "restore", "DIR TO", "Makes a data directory from a backup",
      "TO must not exist, or be empty. With --to it is as it was at that time. The policy is in "
      "the journal: it need\n"
      "not be there.",
      rd_options_restore, false, true, 2, 2, rd_run_backup_restore },
    { "standby", "status", NULL, "Tells what a server is, and how far its journal goes",
      "primary: takes writes. standby: follows another (`redress serve --follow`). fenced: another "
      "was promoted in its\n"
      "place.",
      rd_options_none, true, true, 0, 0, rd_run_standby_status },
    { "standby", "promote", NULL, "Puts a standby in the place of the server that it follows",
      "That one is fenced (it never takes a write again), what it has is fetched to the last "
      "entry, and a new epoch\n"
      "begins here. Where its address is a directory, its files do when no server answers.",
      rd_options_promote, true, true, 0, 0, rd_run_standby_promote },
    { "store", "stat", NULL, "Shows the sizes of journal and store", NULL, rd_options_data, false,
      true, 0, 0, rd_run_store_stat },
    { "store", "rebuild", NULL, "Makes the store anew from the journal",
      "No daemon may be running on it. Prints the digest of the contents before and after: they "
      "must be equal.\n"
      "A store whose pages are damaged, however badly, is made anew as well; nothing is lost by "
      "that: the\n"
      "journal is the truth.",
      rd_options_data, false, true, 0, 0, rd_run_store_rebuild },
    { "store", "verify", NULL, "Holds the store against what its journal makes, table by table",
      "No daemon may be running on it. Changes nothing but that what the store lacks of the "
      "journal "
      "is\n"
      "applied, as by any start. Exit code 1 where a table is different or can't be read: "
      "`redress store\n"
      "rebuild` repairs it. Needs room for a second store beside the first. Names the persons "
      "whose\n"
      "key (DIR/keys) is missing, or another one, though nobody erased them; exit code 1 as well.",
      rd_options_data, false, true, 0, 0, rd_run_store_verify },
    { "store", "repair", NULL, "Mends damaged or missing segments of the journal, then the store",
      "No daemon may be running on it. What is intact of a damaged segment is kept; the rest "
      "comes\n"
      "from --from: a backup, or a standby's data directory. Each entry is held against the hash\n"
      "chain; where one is in neither place, or does not fit, it says which, and nothing is\n"
      "changed. What was damaged is kept in DIR/damaged. Keys of persons that are missing, or "
      "others,\n"
      "come from there too, where they open every text of theirs; never one that was destroyed. A "
      "store\n"
      "that is not what its journal says is made anew.",
      rd_options_repair, false, true, 0, 0, rd_run_store_repair },
    { "audit", "verify", NULL, "Proves the journal's hash chain from the first entry to the last",
      "May run beside the daemon. Exit code 1 and the place where something does not fit. The "
      "journal must hold what the\n"
      "checkpoints know of it, and, where no daemon holds the directory, reach as far as the store "
      "has got.",
      rd_options_audit_verify, false, true, 0, 0, rd_run_audit_verify },
    { "audit", "key", "FILE", "Makes a key that signs checkpoints and exports (Ed25519)",
      "FILE gets the secret, FILE.pub the public part, both as PEM.", rd_options_none, false, true,
      1, 1, rd_run_audit_key },
    { "audit", "checkpoint", NULL, "Proves the journal and signs how far it goes",
      "The line is printed and kept in DIR/audit/checkpoints. Give it to somebody else as well: "
      "the "
      "journal can't be\n"
      "made anew behind the back of one who has it. May run beside the daemon.",
      rd_options_audit_checkpoint, false, true, 0, 0, rd_run_audit_checkpoint },
    { "audit", "export", "FILE", "Writes a range of the journal into a file that proves itself",
      "One JSON object a line: entries as journalled and as people read them, their hashes, the "
      "checkpoints made in the\n"
      "range, a signature. May run beside the daemon.",
      rd_options_audit_export, false, true, 1, 1, rd_run_audit_export },
    { "audit", "check", "FILE", "Proves an export or a list of checkpoints by itself",
      "Needs no data directory. With --public-key it must be signed by that key. Exit code 1 and "
      "the line that does not\n"
      "fit.",
      rd_options_audit_check, false, true, 1, 1, rd_run_audit_check },
    { "reference", "methods", NULL, "Prints the reference page of methods", NULL, rd_options_none,
      false, false, 0, 0, rd_run_reference_methods },
    { "reference", "errors", NULL, "Prints the reference page of error codes", NULL,
      rd_options_none, false, false, 0, 0, rd_run_reference_errors },
    { "reference", "commands", NULL, "Prints the reference page of commands", NULL, rd_options_none,
      false, false, 0, 0, rd_run_reference_commands },
    { "play", NULL, NULL,
      "Plays a day of complaints on a daemon of its own and tells what happened", NULL,
      rd_options_play, false, false, 0, 0, rd_run_play },
    { "sim", "run", NULL,
      "Lets a seeded company work by the rules for months, and checks what must hold",
      "Cases arrive by the hour, people of the policy's accounts act (some are away, some "
      "dishonest or "
      "careless), deadlines ring on a manual clock; all in this process. Exit code 1 where a check "
      "is "
      "broken: the sentences say by what.\n"
      "--from-history plays the months after a data directory's history: arrivals, what people do "
      "and how long\nit takes are taken from it, --staff and --arrivals say what if, and the fit "
      "error of its last month\nstands beside each limit.",
      rd_options_sim, false, false, 0, 0, rd_run_sim_run },
    { "bench", "draw", "RESULT.json...", "Draws results of the bench as one picture (SVG)",
      "Each file is what `redress bench RUN -o json` printed. A line a run: events a second and "
      "latency.",
      rd_options_none, false, false, 1, RD_ARGS_OPERANDS_MAX, rd_run_bench_draw },
    { "bench", NULL, "[lifecycle|pipeline|start|overload|soak|calendar|timers|all]",
      "Measures the engine on this machine",
      "lifecycle: open, verify, transfer, grant and close, over --clients connections, each "
      "waiting for its reply.\n"
      "pipeline: the same, with --pipeline requests under way over 8 connections.\n"
      "start: the time from exec to the first answer, after kill -9 with --cases cases, and "
      "with none.\n"
      "overload: twice as many requests as it can do; what is refused, how long the rest waits, "
      "and that nothing\nacknowledged is lost.\n"
      "soak: half of what it can do for --minutes, with reports, backups and changes of the "
      "policy beside it; a line\na minute; fails where a reply is wrong or memory grows.\n"
      "calendar: durations added a second on one core; no daemon takes part.\n"
      "timers: --due of --cases deadlines ring at one instant or within --spread seconds, while "
      "one client reads\nand one writes; how late each rang is held against its own time.\n"
      "all (without a word): lifecycle, the same with one client, pipeline, start.",
      rd_options_bench, false, true, 0, 1, rd_run_bench },
    { "help", NULL, "[NOUN [VERB]]", "Shows commands and their options", NULL, rd_options_none,
      false, false, 0, 2, rd_run_help },
    { "version", NULL, NULL, "Shows the program's version", NULL, rd_options_none, false, false, 0,
      0, rd_run_version },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

const struct rd_command *rd_commands(size_t *count)
{
    *count = COMMAND_COUNT;
    return commands;
}

size_t rd_command_tables(const struct rd_command *command,
                         const struct rd_option *tables[RD_ARGS_TABLES_MAX])
{
    size_t count = 0;
    tables[count++] = command->options;
    if (command->client)
        tables[count++] = rd_options_client;
    if (command->output)
        tables[count++] = rd_options_output;
    return count;
}

static enum rd_status command_unknown(const char *what, const char *noun, const char *word,
                                      struct rd_error *error)
{
    const char *names[COMMAND_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (!noun)
            names[count++] = commands[i].noun;
        else if (strcmp(commands[i].noun, noun) == 0 && commands[i].verb)
            names[count++] = commands[i].verb;
    }
    const char *guess = rd_text_nearest(word, names, count);
    const char *space = noun ? " " : "";
    noun = noun ? noun : "";
    if (guess)
        return rd_error_set(error, RD_USAGE, "unknown %s '%s%s%s'; did you mean '%s%s%s'?", what,
                            noun, space, word, noun, space, guess);
    return rd_error_set(error, RD_USAGE, "unknown %s '%s%s%s'", what, noun, space, word);
}

/* `redress agenda`: a noun that can do nothing but list needs no verb. NULL where it can do more.
 */
static const struct rd_command *command_that_lists(const char *noun)
{
    const struct rd_command *list = NULL;
    size_t verbs = 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].noun, noun) != 0)
            continue;
        verbs++;
        list = commands[i].verb && strcmp(commands[i].verb, "list") == 0 ? &commands[i] : list;
    }
    return verbs == 1 ? list : NULL;
}

enum rd_status rd_command_find(int argc, char *const *argv, const struct rd_command **out,
                               int *used, struct rd_error *error)
{
    const char *noun = argc > 0 ? argv[0] : "";
    const char *verb = argc > 1 ? argv[1] : NULL;
    bool known = false;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct rd_command *command = &commands[i];
        if (strcmp(command->noun, noun) != 0)
            continue;
        known = true;
        if (command->verb && (!verb || strcmp(command->verb, verb) != 0))
            continue;
        *out = command;
        *used = command->verb ? 2 : 1;
        return RD_OK;
    }
    if (!known)
        return command_unknown("command", NULL, noun, error);
    const struct rd_command *list = command_that_lists(noun);
    if (list &&
        (!verb || (verb[0] == '-' && strcmp(verb, "--help") != 0 && strcmp(verb, "-h") != 0))) {
        *out = list;
        *used = 1;
        return RD_OK;
    }
    if (verb && (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0))
        return RD_END;
    if (!verb)
        return rd_error_set(error, RD_USAGE, "'%s' needs a verb; 'redress help %s' lists them",
                            noun, noun);
    return command_unknown("command", noun, verb, error);
}
