/* The table of methods: the single source of dispatch, of what parameters are checked against, of
 * rpc.discover and of the reference page. A row without an authority does not compile (the macro
 * has no default for it).
 *
 * Parameters are checked here for presence, kind and unknown names; what they mean is the method's
 * own business.
 */
#include "kernel/backtest_job.h"
#include "kernel/method.h"
#include "kernel/person.h"
#include "kernel/shadow.h"

#include <string.h>

#include "base/json.h"
#include "kernel/backup.h"
#include "kernel/generation.h"
#include "kernel/standby.h"
#include "kernel/proposal.h"

#define TEXT "{\"type\":\"string\"}"
#define COUNT "{\"type\":\"integer\"}"
#define YES "{\"type\":\"boolean\"}"
#define MAP "{\"type\":\"object\"}"
#define LIST "{\"type\":\"array\"}"
#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
#define ANY_MAP_RESULT "{\"type\":\"object\"}"
#define CASE_RESULT                                                                                \
    "{\"type\":\"object\",\"required\":[\"id\",\"type\",\"state\",\"version\",\"data\","           \
    "\"deadlines\",\"opened_at\",\"updated_at\"]}"

#define PARAMS(...) ((const struct rd_method_param[]){ __VA_ARGS__, { 0 } })
#define NO_PARAMS ((const struct rd_method_param[]){ { 0 } })
#define AS                                                                                         \
    {                                                                                              \
        "as", TEXT, false, "Act as this account (administrators on the Unix socket only)."         \
    }
#define KEY                                                                                        \
    {                                                                                              \
        "idempotency_key", TEXT, false,                                                            \
            "The same key with the same request gives the same reply and one entry; kept for "     \
            "seven days."                                                                          \
    }
#define DRY                                                                                        \
    {                                                                                              \
        "dry_run", YES, false, "Plan and answer, but change nothing."                              \
    }
#define IF_VERSION                                                                                 \
    {                                                                                              \
        "if_version", COUNT, false, "Refuse (stale_version) unless the record is at this version." \
    }
#define ID                                                                                         \
    {                                                                                              \
        "id", TEXT, true, "The record's id or number."                                             \
    }

typedef enum rd_status method_fn(struct rd_kernel *kernel, struct rd_request *request);

static const struct rd_method METHODS[] = {
    { "account.revoke", "Ends a token, or all of an account: at once, also where it is logged in.",
      RD_METHOD_ROW, true,
      PARAMS({ "id", TEXT, false, "The token's id, as account.tokens has it." },
             { "account", TEXT, false, "Or the account whose tokens all end." }),
      ANY_MAP_RESULT },
    { "account.token", "Makes a token for an account; it is shown this once and stored as a hash.",
      RD_METHOD_ROW, true,
      PARAMS({ "account", TEXT, true, "The account's name." },
             { "days", COUNT, false, "How long it is good: 1 to 3650 days, 0 for ever; else 90." },
             { "expires", TIME, false, "Or until when." },
             { "scopes", LIST, false,
               "What it is for: \"read\", methods (\"case.list\", \"feed.*\"), commands of record "
               "types (\"complaint.open\", \"complaint.*\"); whatever the account may where "
               "missing." },
             { "label", TEXT, false, "A word on where it is used, to know it by." }),
      ANY_MAP_RESULT },
    { "account.tokens",
      "A page of tokens: whose, what for, until when, last used. Never the tokens.", RD_METHOD_ROW,
      false,
      PARAMS({ "account", TEXT, false, "Only this account's." },
             { "limit", COUNT, false, "1 to 1000; 50 where missing." },
             { "cursor", TEXT, false, "From the page before." }),
      ANY_MAP_RESULT },
    { "agenda.list", "What rings next: running deadlines, earliest first.", RD_METHOD_ACTOR, false,
      PARAMS({ "until", TIME, false, "Only what is due by then." },
             { "limit", COUNT, false, "1 to 1000; 50 where missing." },
             { "cursor", TEXT, false, "From the page before." }, AS),
      ANY_MAP_RESULT },
    { "backup.create",
      "Copies the journal, proven, into a directory of the server's machine, or brings the backup "
      "there up to date; answers when it is made.",
      RD_METHOD_ROW, true,
      PARAMS({ "to", TEXT, true, "The directory's whole path; its parent must exist." },
             { "bytes_per_s", COUNT, false,
               "As fast as this at most, and resting while commands run; 0: as fast as it goes." },
             AS),
      ANY_MAP_RESULT },
    { "backup.status", "How far the backup is that is being made.", RD_METHOD_ROW, false,
      PARAMS(AS), ANY_MAP_RESULT },
    { "calendar.add", "When a duration, begun at a time, is used up on a calendar.",
      RD_METHOD_ACTOR, false,
      PARAMS({ "calendar", TEXT, true, "The calendar's name." },
             { "start", TEXT, true,
               "An RFC 3339 time, or \"2026-03-06 16:00\" in the calendar's zone." },
             { "duration", TEXT, true,
               "As rules have it: \"4 hours\", \"15 business days\", \"by close of 2 business "
               "days\"." },
             AS),
      ANY_MAP_RESULT },
    { "calendar.between", "How much of a unit lies between two times on a calendar.",
      RD_METHOD_ACTOR, false,
      PARAMS({ "calendar", TEXT, true, "The calendar's name." },
             { "a", TEXT, true, "From this time, as for calendar.add." },
             { "b", TEXT, true, "To this time, not before a." },
             { "unit", TEXT, true,
               "business-hours, business-minutes, business-days (after a's day, up to and with "
               "b's), hours, minutes or days." },
             AS),
      ANY_MAP_RESULT },
    { "calendar.show", "A month of a calendar: each day with its hours, and why it differs.",
      RD_METHOD_ACTOR, false,
      PARAMS({ "calendar", TEXT, true, "The calendar's name." },
             { "month", TEXT, true, "Such as 2026-10." }, AS),
      ANY_MAP_RESULT },
    { "case.act",
      "Sends an event to a case: checks authority, form and guards, and takes the transition.",
      RD_METHOD_ACTOR, true,
      PARAMS(ID, { "event", TEXT, true, "The event's name." },
             { "form", MAP, false, "The event's form, filled in." }, IF_VERSION, KEY, DRY, AS),
      CASE_RESULT },
    { "case.actions", "What may I do now, with the forms; and what not, with the reason.",
      RD_METHOD_ACTOR, false, PARAMS(ID, AS), ANY_MAP_RESULT },
    { "case.capture",
      "What happened to a case as a test of the rules: pseudonymised, to be put beside them.",
      RD_METHOD_ACTOR, false, PARAMS(ID, AS), ANY_MAP_RESULT },
    { "case.disclose",
      "Shows secret fields of a record to whom a rule or a disclosure in force allows it; each "
      "time is journalled. No other reply holds them.",
      RD_METHOD_ACTOR, true,
      PARAMS(
          ID,
          { "fields", LIST, false,
            "Names of secret fields: all of these or none; where missing, all that one may see." },
          AS),
      ANY_MAP_RESULT },
    { "case.explain", "Why an entry came out as it did: facts, rules with their lines, outcome.",
      RD_METHOD_ACTOR, false,
      PARAMS(ID, { "seq", COUNT, false, "The entry; the record's newest where missing." },
             { "language", TEXT, false,
               "Of the sentences; the company's first language where missing." },
             AS),
      ANY_MAP_RESULT },
    { "case.get", "A record as it is, or as it was.", RD_METHOD_ACTOR, false,
      PARAMS(ID, { "as_of", TIME, false, "As it was at this time, rebuilt from the journal." },
             { "then", YES, false,
               "With as_of: also which rules were in force, who could see it by these, what the "
               "rules of today would say there, and whether the journal proves the record." },
             AS),
      CASE_RESULT },
    { "case.guidance", "What the knowledge base advises for a case, with rule and line.",
      RD_METHOD_ACTOR, false,
      PARAMS(ID, { "language", TEXT, false, "\"en\" or \"zh\"; else the company's first." }, AS),
      ANY_MAP_RESULT },
    { "case.history", "All entries of a record, oldest first.", RD_METHOD_ACTOR, false,
      PARAMS(ID, { "since_version", COUNT, false, "Only versions behind this one." }, AS),
      ANY_MAP_RESULT },
    { "case.list", "A page of records of a type.", RD_METHOD_ACTOR, false,
      PARAMS({ "type", TEXT, true, "The record type." },
             { "where", MAP, false,
               "Field (or state, opened_at, updated_at) to a value, a list of values, "
               "{\"from\",\"to\"} (to is not included), {\"except\"} or {\"contains\"}." },
             { "scan", YES, false, "Needed for `contains`, which no index serves." },
             { "order", TEXT, false, "\"id\" or an indexed field; \"-\" before it for backwards." },
             { "limit", COUNT, false, "1 to 1000; 50 where missing." },
             { "cursor", TEXT, false, "From the page before." }, AS),
      ANY_MAP_RESULT },
    { "case.open", "Opens a case through its workflow.", RD_METHOD_ACTOR, true,
      PARAMS({ "type", TEXT, true, "The record type." },
             { "data", MAP, true, "The opening form, filled in." },
             { "at", TIME, false, "An earlier time (administrators only)." }, KEY, DRY, AS),
      CASE_RESULT },
    { "case.progress",
      "How a case stands, as its customer may see it: what the rules name, and nothing else.",
      RD_METHOD_ACTOR, false,
      PARAMS({ "number", TEXT, false, "The number on the customer's letter." },
             { "id", TEXT, false, "Or the record's id." },
             { "proof", TEXT, false,
               "What the workflow asks for, such as the customer's phone; whoever may read the "
               "record needs none." },
             { "language", TEXT, false, "\"en\" or \"zh\"; else the company's first." }, AS),
      ANY_MAP_RESULT },
    { "case.why",
      "Whether an event would be accepted, by which rules; if not, why, and the nearest that would "
      "be. Nothing is changed.",
      RD_METHOD_ACTOR, false,
      PARAMS(ID, { "event", TEXT, true, "The event." }, { "form", MAP, false, "Its form." },
             { "language", TEXT, false,
               "Of the sentences; the company's first language where missing." },
             AS),
      ANY_MAP_RESULT },
    { "clock.advance", "Moves a manual clock; what is due on the way rings at its time.",
      RD_METHOD_ROW, true,
      PARAMS({ "by", TEXT, false, "A duration, such as \"2 hours\"." },
             { "to", TIME, false, "A time." }),
      ANY_MAP_RESULT },
    { "decision.evaluate", "Asks a decision table.", RD_METHOD_ROW, false,
      PARAMS({ "name", TEXT, true, "The decision's name." },
             { "input", MAP, true, "Its inputs by name." }, AS),
      ANY_MAP_RESULT },
    { "feed.read", "A page of the feed: entries that the caller may read, behind `since`.",
      RD_METHOD_ROW, false,
      PARAMS({ "since", COUNT, true, "The sequence after which to begin." },
             { "limit", COUNT, false, "1 to 256." }, AS),
      ANY_MAP_RESULT },
    { "feed.subscribe",
      "Follows the feed on this connection: notifications `feed.event`, in order, from behind "
      "`since`.",
      RD_METHOD_ROW, false,
      PARAMS({ "since", COUNT, false, "Resume behind this sequence; from now where missing." }, AS),
      ANY_MAP_RESULT },
    { "feed.unsubscribe", "Ends the subscription of this connection.", RD_METHOD_ROW, false,
      NO_PARAMS, ANY_MAP_RESULT },
    { "import.apply",
      "Opens cases and sends events at the times at which they happened; idempotent by natural "
      "key.",
      RD_METHOD_ROW, true,
      PARAMS({ "session", TEXT, true, "The import's name: natural keys belong to it." },
             { "rows", LIST, true,
               "At most 1000 of {key, at, type, open:{…}} or {key, at, type, event, form, id}, in "
               "order of time." },
             AS),
      ANY_MAP_RESULT },
    { "import.finish",
      "Rings what is left of the imported past and hands the records to the live clock, in slices: "
      "call until `done`.",
      RD_METHOD_ROW, true, PARAMS({ "session", TEXT, true, "The import's name." }, AS),
      ANY_MAP_RESULT },
    { "job.list", "Jobs, the newest first: what each does, and how far it is.", RD_METHOD_ROW,
      false,
      PARAMS({ "running", YES, false, "Only those that are under way." },
             { "limit", COUNT, false, "1 to 1000; 50 where missing." },
             { "before", COUNT, false, "Only jobs before this one: from the page before." }, AS),
      ANY_MAP_RESULT },
    { "journal.read",
      "A page of the journal as it stands, durable entries only, for a server that follows this "
      "one: payloads in base64, the hash before the first and of the last.",
      RD_METHOD_ROW, false,
      PARAMS({ "since", COUNT, true, "The last entry that one has; 0: none." }), ANY_MAP_RESULT },
    { "ledger.get", "What an account of a ledger has, and a page of its entries, oldest first.",
      RD_METHOD_ACTOR, false,
      PARAMS({ "ledger", TEXT, true, "The ledger's name." },
             { "account", TEXT, true, "Whose account it is: the record's id or number." },
             { "limit", COUNT, false, "1 to 1000; 50 where missing." },
             { "cursor", TEXT, false, "From the page before." }, AS),
      ANY_MAP_RESULT },
    { "ledger.verify",
      "Proves that the balances kept are the sums of their entries, a slice at a time: call while "
      "there is a cursor.",
      RD_METHOD_ROW, false,
      PARAMS({ "ledger", TEXT, true, "The ledger's name." },
             { "cursor", TEXT, false, "From the slice before." }, AS),
      ANY_MAP_RESULT },
    { "notice.list", "What was told to whom, oldest first.", RD_METHOD_ROW, false,
      PARAMS({ "since", COUNT, false, "Behind this notice's number." },
             { "limit", COUNT, false, "1 to 1000; 50 where missing." },
             { "account", TEXT, false, "Only what was told to this account." }, AS),
      ANY_MAP_RESULT },
    { "person.confirm",
      "The second person's yes to erasing somebody, where the rules ask for one: carried out at "
      "once, and for ever.",
      RD_METHOD_ROW, true, PARAMS(ID, DRY, AS), ANY_MAP_RESULT },
    { "person.erase",
      "Erases a person: his key is destroyed, so that his personal texts are gone from records, "
      "history, journal, standbys and backups that are made from here on. Nothing brings them "
      "back.",
      RD_METHOD_ROW, true,
      PARAMS(ID, { "why", TEXT, false, "Why; kept in the journal, in the clear." }, DRY, AS),
      ANY_MAP_RESULT },
    { "person.list", "Who was erased and when, and whose erasure waits for a second person.",
      RD_METHOD_ROW, false, PARAMS(AS), ANY_MAP_RESULT },
    { "policy.activate",
      "Loads the policy directory, asks its promises and the fit of every open case, and activates "
      "it whole, or refuses it with the reasons.",
      RD_METHOD_ROW, true,
      PARAMS({ "why", TEXT, false, "Why; kept with the generation." },
             { "dry_run", YES, false, "Say whether it fits, and change nothing." },
             { "tests", YES, false, "false: the promises beside the rules are not asked." },
             { "moved", MAP, false,
               "Where cases go whose state is no more, beside what the workflows say: { WORKFLOW: "
               "{ OLD: NEW } }." },
             AS),
      ANY_MAP_RESULT },
    { "policy.backtest",
      "Begins to ask every recorded decision again, under the rules of the policy directory, "
      "beside "
      "the work; policy.backtest_status tells how far it is, and what came of it.",
      RD_METHOD_ROW, false,
      PARAMS({ "since", TEXT, false, "From this day or time on; else from the first entry." },
             { "until", TEXT, false, "Before this day or time; else to the last entry." },
             { "type", TEXT, false, "Only records of this type." },
             { "cases", COUNT, false, "So many cases one by one, 0 to 1000; 20 where missing." },
             { "activated", YES, false,
               "As if the rules had come into force at `since`: cases that were open then keep "
               "the workflow that they may keep." },
             { "full", YES, false,
               "Run whole cases again, with their timers: those opened from `since` to `until`." },
             AS),
      ANY_MAP_RESULT },
    { "policy.backtest_cancel", "Breaks off the back-test that is under way.", RD_METHOD_ROW, false,
      PARAMS(AS), ANY_MAP_RESULT },
    { "policy.backtest_status",
      "How far the back-test is (state: none, running, done, cancelled, failed), and its result.",
      RD_METHOD_ROW, false, PARAMS(AS), ANY_MAP_RESULT },
    { "policy.confirm",
      "The second person's yes: loads the policy that was proposed, asks its promises and the fit "
      "of "
      "every open case again, and activates it.",
      RD_METHOD_ROW, true,
      PARAMS({ "proposal", COUNT, true, "The proposal's number, as policy.list has it." },
             { "dry_run", YES, false, "Say whether it fits, and change nothing." },
             { "tests", YES, false, "false: the promises beside the rules are not asked." }, AS),
      ANY_MAP_RESULT },
    { "policy.info", "The generation in force: its records, states and decisions.", RD_METHOD_ROW,
      false, PARAMS(AS), ANY_MAP_RESULT },
    { "policy.list", "The generations that were in force, newest first, with who, when and why.",
      RD_METHOD_ROW, false,
      PARAMS({ "limit", COUNT, false, "1 to 100; 20 where missing." },
             { "before", COUNT, false, "Only generations before this one: from the page before." },
             AS),
      ANY_MAP_RESULT },
    { "policy.preview",
      "What activating the policy directory would do to open deadlines: a slice at a time, add up "
      "while there is a cursor; nothing is changed.",
      RD_METHOD_ROW, false, PARAMS({ "cursor", TEXT, false, "From the slice before." }, AS),
      ANY_MAP_RESULT },
    { "policy.reload",
      "Loads the policy directory anew and activates it whole, or refuses it with the reasons.",
      RD_METHOD_ROW, true, PARAMS(AS), ANY_MAP_RESULT },
    { "policy.rollback",
      "Activates an earlier generation again, under a new number; deadlines are planned anew from "
      "their ledgers.",
      RD_METHOD_ROW, true,
      PARAMS({ "to", COUNT, false, "The generation; the last other one where missing." },
             { "why", TEXT, false, "Why; kept with the generation." },
             { "dry_run", YES, false, "Say whether it fits, and change nothing." },
             { "moved", MAP, false,
               "Where cases go whose state was not there yet: { WORKFLOW: { OLD: NEW } }." },
             AS),
      ANY_MAP_RESULT },
    { "policy.shadow",
      "Lets a candidate decide beside the policy in force from the next entry on, without any "
      "effect: each command, ring and step is asked of it as well, and what differs is counted. "
      "It reads behind the journal's flush and gives way to the work; a restart goes on with it.",
      RD_METHOD_ROW, false,
      PARAMS({ "sources", MAP, false,
               "The candidate's files, { rules/NAME.lua: its text }; the policy directory where "
               "missing." },
             AS),
      ANY_MAP_RESULT },
    { "policy.shadow_status",
      "What runs as a shadow (state: none, starting, running, stopped, failed), how many entries "
      "it is behind, and what would have been decided otherwise so far.",
      RD_METHOD_ROW, false, PARAMS(AS), ANY_MAP_RESULT },
    { "policy.shadow_stop", "Ends the shadow; its last result is kept until the next one begins.",
      RD_METHOD_ROW, false, PARAMS(AS), ANY_MAP_RESULT },
    { "policy.withdraw",
      "Takes the policy that waits for a second person away: by whoever may propose or confirm.",
      RD_METHOD_ACTOR, true,
      PARAMS({ "proposal", COUNT, true, "The proposal's number, as policy.list has it." },
             { "why", TEXT, false, "Why; kept in the journal." }, AS),
      ANY_MAP_RESULT },
    { "record.create", "Creates a record that is no case, such as a customer.", RD_METHOD_ACTOR,
      true,
      PARAMS({ "type", TEXT, true, "The record type." }, { "data", MAP, true, "Its fields." }, KEY,
             DRY, AS),
      CASE_RESULT },
    { "record.update", "Changes fields of a record that is no case; null empties one.",
      RD_METHOD_ACTOR, true,
      PARAMS(ID, { "set", MAP, true, "Fields to change." }, IF_VERSION, KEY, DRY, AS),
      CASE_RESULT },
    { "report.cases",
      "Counts records by state, month or a field, a slice at a time: add up while there is a "
      "cursor.",
      RD_METHOD_ROW, false,
      PARAMS({ "type", TEXT, true, "The record type." },
             { "by", TEXT, true, "\"state\", \"month\" or a field." },
             { "where", MAP, false, "As for case.list." },
             { "cursor", TEXT, false, "From the slice before." }, AS),
      ANY_MAP_RESULT },
    { "report.list", "The reports that there are.", RD_METHOD_ROW, false, PARAMS(AS),
      ANY_MAP_RESULT },
    { "report.run",
      "Makes a report of a period, on one snapshot of the store; counted is what the rows for "
      "report.run reach. Answered when it is made.",
      RD_METHOD_ROW, false,
      PARAMS(
          { "report", TEXT, true, "The report's name." },
          { "month", TEXT, false,
            "A month of the period, such as 2026-10; the period before this one where missing." },
          { "language", TEXT, false, "Of the labels; the company's first where missing." }, AS),
      ANY_MAP_RESULT },
    { "rpc.discover", "This description, as OpenRPC.", RD_METHOD_OPEN, false, NO_PARAMS,
      ANY_MAP_RESULT },
    { "schedule.list", "The schedules of the generation in force: what they start, last and next.",
      RD_METHOD_ROW, false, PARAMS(AS), ANY_MAP_RESULT },
    { "server.health",
      "Whether it may be given work: `ready`, or the reasons why not; and `warnings` that are no "
      "such reason. For load balancers and watchers.",
      RD_METHOD_OPEN, false, NO_PARAMS, ANY_MAP_RESULT },
    { "server.info", "Name, version, clock, generation, newest sequence.", RD_METHOD_OPEN, false,
      NO_PARAMS, ANY_MAP_RESULT },
    { "server.metrics", "Numbers for operators, in Prometheus' text form.", RD_METHOD_ROW, false,
      PARAMS(AS), ANY_MAP_RESULT },
    { "session.login", "Tells who this connection is, by a token.", RD_METHOD_OPEN, false,
      PARAMS({ "token", TEXT, true, "As account.token gave it." }), ANY_MAP_RESULT },
    { "staff.list", "A page of the company's accounts, in the order of their names.", RD_METHOD_ROW,
      false,
      PARAMS({ "unit", TEXT, false, "Only those of this unit." },
             { "role", TEXT, false, "Only those who have this role by name." },
             { "group", TEXT, false, "Only those of this group." },
             { "left", YES, false, "Also who has left." },
             { "limit", COUNT, false, "1 to 1000; 50 where missing." },
             { "cursor", TEXT, false, "From the page before." }, AS),
      ANY_MAP_RESULT },
    { "staff.show", "One account: unit, roles, absence, deputy, and for whom it stands in.",
      RD_METHOD_ROW, false, PARAMS({ "account", TEXT, true, "The account's name." }, AS),
      ANY_MAP_RESULT },
    { "standby.fence",
      "Ends this server's writing for good, because another one is promoted in its place.",
      RD_METHOD_ROW, false, PARAMS({ "epoch", COUNT, true, "The other one's, later than here." }),
      ANY_MAP_RESULT },
    { "standby.promote",
      "Asks this standby to take the place of the server that it follows: that one is fenced, what "
      "it has is taken over, then writes are taken here. standby.status tells when.",
      RD_METHOD_ROW, false,
      PARAMS({ "force", YES, false, "Also where the other one can't be reached to be fenced." }),
      ANY_MAP_RESULT },
    { "standby.status",
      "What this server is (primary, standby, fenced), its epoch, its last durable entry.",
      RD_METHOD_ROW, false, NO_PARAMS, ANY_MAP_RESULT },
    { "standby.take", "Takes over entries; for the server's own follower only.", RD_METHOD_ROW,
      false,
      PARAMS({ "since", COUNT, false, "The entry before the first." },
             { "before", TEXT, false, "Its hash." },
             { "entries", LIST, false, "Payloads in base64." },
             { "keys", MAP, false, "Keys of the persons of whom they tell, in base64, by id." },
             { "keys_dir", TEXT, false, "Or the data directory that has them." },
             { "after", TEXT, false, "The hash of the last." },
             { "take_over", YES, false, "Then the next epoch begins here." },
             { "gives_up", YES, false, "A promotion did not come about." },
             { "why", TEXT, false, "Why it does not get on." }),
      ANY_MAP_RESULT },
    { "store.stat", "Sizes of tables, map and journal.", RD_METHOD_ROW, false, NO_PARAMS,
      ANY_MAP_RESULT },
    { "template.render", "Fills in a template for a record, for staff who answer by hand.",
      RD_METHOD_ACTOR, false,
      PARAMS({ "template", TEXT, true, "The template's name." }, ID,
             { "language", TEXT, false, "\"en\" or \"zh\"; else the company's first." },
             { "form", MAP, false, "What it takes from a form, where it does." }, AS),
      ANY_MAP_RESULT },
    { "view.list", "The views that one may run, with their parameters as a JSON Schema.",
      RD_METHOD_ACTOR, false, PARAMS(AS), ANY_MAP_RESULT },
    { "view.run", "A page of a view's rows.", RD_METHOD_ACTOR, false,
      PARAMS({ "view", TEXT, true, "The view's name." },
             { "params", MAP, false, "Its parameters by name." },
             { "language", TEXT, false,
               "\"en\" or \"zh\": cells as people read them; values where missing." },
             { "limit", COUNT, false, "1 to 1000; the view's own where missing." },
             { "cursor", TEXT, false, "From the page before." }, AS),
      ANY_MAP_RESULT },
};

/* One function a row, and the authority rows' name for methods that share one. The name again, so
 * that no function can slip under another method's authority (rd_methods_check). */
static const struct {
    const char *name;
    method_fn *call;
    const char *operation; /* NULL: the method's own name */
} CALLS[] = {
    { "account.revoke", rd_method_account_revoke, NULL },
    { "account.token", rd_method_account_token, NULL },
    { "account.tokens", rd_method_account_tokens, NULL },
    { "agenda.list", rd_method_agenda_list, NULL },
    { "backup.create", rd_method_backup_create, NULL },
    { "backup.status", rd_method_backup_status, "backup.create" },
    { "calendar.add", rd_method_calendar_add, NULL },
    { "calendar.between", rd_method_calendar_between, NULL },
    { "calendar.show", rd_method_calendar_show, NULL },
    { "case.act", rd_method_case_act, NULL },
    { "case.actions", rd_method_case_actions, NULL },
    { "case.capture", rd_method_case_capture, NULL },
    { "case.disclose", rd_method_case_disclose, NULL },
    { "case.explain", rd_method_case_explain, NULL },
    { "case.get", rd_method_case_get, NULL },
    { "case.guidance", rd_method_case_guidance, NULL },
    { "case.history", rd_method_case_history, NULL },
    { "case.list", rd_method_case_list, NULL },
    { "case.open", rd_method_case_open, NULL },
    { "case.progress", rd_method_case_progress, NULL },
    { "case.why", rd_method_case_why, NULL },
    { "clock.advance", rd_method_clock_advance, NULL },
    { "decision.evaluate", rd_method_decision_evaluate, NULL },
    { "feed.read", rd_method_feed_read, "feed.subscribe" },
    { "feed.subscribe", rd_method_feed_subscribe, NULL },
    { "feed.unsubscribe", rd_method_feed_unsubscribe, "feed.subscribe" },
    { "import.apply", rd_method_import_apply, "import.run" },
    { "import.finish", rd_method_import_finish, "import.run" },
    { "job.list", rd_method_job_list, NULL },
    { "journal.read", rd_method_journal_read, "backup.create" },
    { "ledger.get", rd_method_ledger_get, NULL },
    { "ledger.verify", rd_method_ledger_verify, NULL },
    { "notice.list", rd_method_notice_list, NULL },
    { "person.confirm", rd_method_person_confirm, NULL },
    { "person.erase", rd_method_person_erase, NULL },
    { "person.list", rd_method_person_list, "person.erase" },
    { "policy.activate", rd_method_policy_activate, "policy.reload" },
    { "policy.backtest", rd_method_policy_backtest, "policy.reload" },
    { "policy.backtest_cancel", rd_method_policy_backtest_cancel, "policy.reload" },
    { "policy.backtest_status", rd_method_policy_backtest_status, "policy.reload" },
    { "policy.confirm", rd_method_policy_confirm, NULL },
    { "policy.info", rd_method_policy_info, NULL },
    { "policy.list", rd_method_policy_list, "policy.info" },
    { "policy.preview", rd_method_policy_preview, "policy.reload" },
    { "policy.reload", rd_method_policy_reload, NULL },
    { "policy.rollback", rd_method_policy_rollback, "policy.reload" },
    { "policy.shadow", rd_method_policy_shadow, "policy.reload" },
    { "policy.shadow_status", rd_method_policy_shadow_status, "policy.reload" },
    { "policy.shadow_stop", rd_method_policy_shadow_stop, "policy.reload" },
    { "policy.withdraw", rd_method_policy_withdraw, NULL },
    { "record.create", rd_method_record_create, NULL },
    { "record.update", rd_method_record_update, NULL },
    { "report.cases", rd_method_report_cases, "report.run" },
    { "report.list", rd_method_report_list, "report.run" },
    { "report.run", rd_method_report_run, NULL },
    { "rpc.discover", rd_method_discover, NULL },
    { "schedule.list", rd_method_schedule_list, NULL },
    { "server.health", rd_method_server_health, NULL },
    { "server.info", rd_method_server_info, NULL },
    { "server.metrics", rd_method_server_metrics, NULL },
    { "session.login", rd_method_login, NULL },
    { "staff.list", rd_method_staff_list, "staff.read" },
    { "staff.show", rd_method_staff_show, "staff.read" },
    { "standby.fence", rd_method_standby_fence, NULL },
    { "standby.promote", rd_method_standby_promote, "standby.fence" },
    { "standby.status", rd_method_standby_status, "backup.create" },
    { "standby.take", rd_method_standby_take, "standby.fence" },
    { "store.stat", rd_method_store_stat, NULL },
    { "template.render", rd_method_template_render, NULL },
    { "view.list", rd_method_view_list, NULL },
    { "view.run", rd_method_view_run, NULL },
};

#define METHOD_COUNT (sizeof METHODS / sizeof *METHODS)
_Static_assert(METHOD_COUNT == sizeof CALLS / sizeof *CALLS, "a method without a function");

static bool method_operation_known(const char *operation)
{
#define METHOD_OPERATION(name) name,
    static const char *const OPERATIONS[] = { RD_OPERATION_MAP(METHOD_OPERATION) };
#undef METHOD_OPERATION
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++)
        if (strcmp(OPERATIONS[i], operation) == 0)
            return true;
    return false;
}

void rd_methods_check(void)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        enum rd_method_authority authority = METHODS[i].authority;
        RD_ASSERT(authority == RD_METHOD_OPEN || authority == RD_METHOD_ACTOR ||
                  authority == RD_METHOD_ROW);
        RD_ASSERT(authority != RD_METHOD_ROW ||
                  method_operation_known(rd_kernel_method_operation(&METHODS[i])));
        RD_ASSERT(i == 0 || strcmp(METHODS[i - 1].name, METHODS[i].name) < 0);
        RD_ASSERT(strcmp(METHODS[i].name, CALLS[i].name) == 0);
        RD_ASSERT(rd_method_params_fit(&METHODS[i]));
    }
}

const struct rd_method *rd_kernel_methods(size_t *count)
{
    *count = METHOD_COUNT;
    return METHODS;
}

const char *rd_kernel_method_operation(const struct rd_method *method)
{
    const char *operation = CALLS[method - METHODS].operation;
    return operation ? operation : method->name;
}

static int method_find(const char *name)
{
    size_t low = 0, high = METHOD_COUNT; /* the table is sorted by name; a test says so */
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, METHODS[middle].name);
        if (order == 0)
            return (int)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

/* Whoever tries what would change how things are run is written down, as for commands. */
static void method_refused(struct rd_kernel *kernel, const struct rd_method *method,
                           const struct rd_actor *actor, struct rd_request *request,
                           enum rd_status status)
{
    struct rd_run run;
    if (method->authority != RD_METHOD_ROW || !method->writes)
        return;
    rd_run_init(&run, kernel, request->arena, &request->error);
    run.actor = *actor;
    run.command = method->name;
    rd_run_refused(&run, (struct rd_id){ 0 }, status);
}

/* `actor`: who asks, where the method is anybody's; the method need not ask again. */
static enum rd_status method_authorise(struct rd_kernel *kernel, const struct rd_method *method,
                                       const char *operation, struct rd_request *request,
                                       struct rd_actor *actor)
{
    enum rd_status status = rd_actor_of(kernel, request, actor, &request->error);
    if (status != RD_OK)
        return status;
    if (actor->scopes && !rd_scope_may_have_command(actor->scopes, method->name))
        status = rd_error_set(&request->error, RD_OUT_OF_SCOPE, "the token was not made for %s",
                              method->name);
    if (status == RD_OK && method->authority == RD_METHOD_ROW)
        status = rd_actor_may(kernel, actor, operation ? operation : method->name, &request->error);
    if (status == RD_NOT_ALLOWED || status == RD_OUT_OF_SCOPE)
        method_refused(kernel, method, actor, request, status);
    return status;
}

static enum rd_status method_run(struct rd_kernel *kernel, size_t at, struct rd_request *request)
{
    const struct rd_method *method = &METHODS[at];
    struct rd_actor actor;
    if (request->params && request->params->kind != RD_MAP)
        return rd_error_set(&request->error, RD_INVALID_PARAMS,
                            "parameters go by name: params must be an object");
    enum rd_status status = rd_method_params(method, request);
    if (status == RD_OK && method->authority != RD_METHOD_OPEN) {
        status = method_authorise(kernel, method, CALLS[at].operation, request, &actor);
        request->actor = &actor;
    }
    if (status == RD_OK && method->writes)
        status = rd_standby_check(kernel, &request->error);
    if (status == RD_OK)
        status = CALLS[at].call(kernel, request);
    request->actor = NULL;
    return status;
}

enum rd_status rd_method_call(struct rd_kernel *kernel, struct rd_request *request)
{
    int at = method_find(request->method);
    if (at < 0) {
        const char *names[METHOD_COUNT];
        for (size_t i = 0; i < METHOD_COUNT; i++)
            names[i] = METHODS[i].name;
        return rd_error_set(&request->error, RD_METHOD_NOT_FOUND, "there is no method '%s'%s",
                            request->method,
                            rd_model_guess(request->arena, request->method, names, METHOD_COUNT));
    }
    enum rd_status status = method_run(kernel, (size_t)at, request);
    rd_metrics_count(&kernel->metrics, (size_t)at, status);
    return status;
}

static struct rd_value discover_schema(const char *text, struct rd_arena *arena)
{
    struct rd_value schema;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(arena, text, strlen(text), 8, &schema, &error);
    RD_ASSERT(status == RD_OK);
    return schema;
}

static struct rd_value discover_method(const struct rd_method *method, struct rd_arena *arena)
{
    struct rd_value item = rd_map(), params = rd_list(), result = rd_map();
    rd_map_add(arena, &item, "name", rd_text(method->name));
    rd_map_add(arena, &item, "summary", rd_text(method->text));
    rd_map_add(arena, &item, "paramStructure", rd_text("by-name"));
    for (const struct rd_method_param *param = method->params; param->name; param++) {
        struct rd_value one = rd_map();
        rd_map_add(arena, &one, "name", rd_text(param->name));
        rd_map_add(arena, &one, "description", rd_text(param->text));
        rd_map_add(arena, &one, "required", rd_bool(param->required));
        rd_map_add(arena, &one, "schema", discover_schema(param->schema, arena));
        rd_list_add(arena, &params, one);
    }
    rd_map_add(arena, &item, "params", params);
    rd_map_add(arena, &result, "name", rd_text("result"));
    rd_map_add(arena, &result, "schema", discover_schema(method->result, arena));
    rd_map_add(arena, &item, "result", result);
    return item;
}

struct rd_value rd_kernel_openrpc(struct rd_arena *arena)
{
    struct rd_value document = rd_map(), info = rd_map(), methods = rd_list();
    rd_map_add(arena, &document, "openrpc", rd_text("1.3.2"));
    rd_map_add(arena, &info, "title", rd_text("Redress"));
    rd_map_add(arena, &info, "version", rd_text(RD_VERSION));
    rd_map_add(arena, &document, "info", info);
    for (size_t i = 0; i < METHOD_COUNT; i++)
        rd_list_add(arena, &methods, discover_method(&METHODS[i], arena));
    rd_map_add(arena, &document, "methods", methods);
    return document;
}

enum rd_status rd_method_discover(struct rd_kernel *kernel, struct rd_request *request)
{
    (void)kernel;
    request->result = rd_kernel_openrpc(request->arena);
    return RD_OK;
}
