/* The options of the commands, a table each; what several commands share is a macro or a table of
 * its own, laid behind (rd_command_tables). What a row does not say, neither help nor reference can
 * promise.
 */
#include "cli/options.h"

#include <stddef.h>

#define END_OF_OPTIONS                                                                             \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define DATA_DEFAULT "./var/redress"

const struct rd_option rd_options_none[] = { END_OF_OPTIONS };

const struct rd_option rd_options_client[] = {
    { "connect", 0, RD_OPTION_TEXT, "ADDR", "REDRESS_CONNECT", "unix:./var/redress/redress.sock",
      "where the daemon listens: unix:PATH, tcp:ADDRESS:PORT or tls:HOST:PORT" },
    { "ca", 0, RD_OPTION_TEXT, "FILE", "REDRESS_CA", NULL,
      "who vouches for the host behind tls: (PEM); the system's authorities where not given" },
    { "as", 0, RD_OPTION_TEXT, "ACCOUNT", NULL, NULL,
      "act for this account (administrators on the Unix socket only)" },
    { "token", 0, RD_OPTION_TEXT, "TOKEN", "REDRESS_TOKEN", NULL,
      "log in with this token (TCP, TLS)" },
    END_OF_OPTIONS
};

const struct rd_option rd_options_output[] = { { "output", 'o', RD_OPTION_CHOICE, "table|json",
                                                 NULL, "table", "how results are printed" },
                                               END_OF_OPTIONS };

const struct rd_option rd_options_token[] = {
    { "days", 0, RD_OPTION_NUMBER, "N", NULL, NULL,
      "how long it is good: 1 to 3650 days, 0 for ever; 90 where nothing is said" },
    { "expires", 0, RD_OPTION_TEXT, "TIME", NULL, NULL, "or until when" },
    { "scope", 0, RD_OPTION_LIST, "SCOPE", NULL, NULL,
      "what it is for; may be given again; whatever the account may where none is given" },
    { "label", 0, RD_OPTION_TEXT, "TEXT", NULL, NULL, "a word on where it is used" },
    END_OF_OPTIONS
};

const struct rd_option rd_options_tokens[] = {
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "tokens a page, at most 1000" },
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "all pages" },
    END_OF_OPTIONS
};

const struct rd_option rd_options_revoke[] = { { "account", 0, RD_OPTION_TEXT, "ACCOUNT", NULL,
                                                 NULL, "all tokens of this account" },
                                               END_OF_OPTIONS };

const struct rd_option rd_options_serve[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT, "the data directory" },
    { "policy", 0, RD_OPTION_TEXT, "DIR", "REDRESS_POLICY", ".", "holds rules/ and scripts/" },
    { "listen", 0, RD_OPTION_LIST, "ADDR", "REDRESS_LISTEN", NULL,
      "unix:PATH, tcp:ADDRESS:PORT (of this machine only) or tls:ADDRESS:PORT; besides "
      "unix:DATA/redress.sock, which is always there" },
    { "tls-cert", 0, RD_OPTION_TEXT, "FILE", "REDRESS_TLS_CERT", NULL,
      "certificate and chain for tls: (PEM); read anew on SIGHUP" },
    { "policy-key", 0, RD_OPTION_TEXT, "FILE", "REDRESS_POLICY_KEY", NULL,
      "only policies that this public key has signed come into force (policy sign)" },
    { "tls-key", 0, RD_OPTION_TEXT, "FILE", "REDRESS_TLS_KEY", NULL, "its key" },
    { "follow", 0, RD_OPTION_TEXT, "DIR|ADDR", "REDRESS_FOLLOW", NULL,
      "be a warm standby of the server with this data directory or address: reads only" },
    { "follow-token", 0, RD_OPTION_TEXT, "TOKEN", "REDRESS_FOLLOW_TOKEN", NULL,
      "log in there with this token (TCP, TLS)" },
    { "follow-ca", 0, RD_OPTION_TEXT, "FILE", "REDRESS_FOLLOW_CA", NULL,
      "who vouches for the host behind --follow tls: (PEM); the system's authorities where not "
      "given" },
    { "rate-account", 0, RD_OPTION_NUMBER, "N", "REDRESS_RATE_ACCOUNT", "2000",
      "requests a second of one account or uid, twice as many at once; 0: no limit" },
    { "rate-address", 0, RD_OPTION_NUMBER, "N", "REDRESS_RATE_ADDRESS", "20000",
      "the same of one address over TCP" },
    { "login-within", 0, RD_OPTION_NUMBER, "SECONDS", "REDRESS_LOGIN_WITHIN", "60",
      "a TCP connection on which nobody has logged in by then is closed; 0: never" },
    { "clock", 0, RD_OPTION_CHOICE, "wall|manual", NULL, "wall",
      "manual: time moves by clock.advance only, for rehearsals" },
    { "clock-start", 0, RD_OPTION_TEXT, "TIME", NULL, NULL,
      "where a manual clock begins, as RFC 3339 time" },
    { "log-level", 0, RD_OPTION_CHOICE, "debug|info|warn|error", "REDRESS_LOG_LEVEL", "info",
      "the least that is logged" },
    END_OF_OPTIONS
};

const struct rd_option rd_options_doctor[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT, "the data directory" },
    { "policy", 0, RD_OPTION_TEXT, "DIR", "REDRESS_POLICY", ".", "holds rules/ and scripts/" },
    END_OF_OPTIONS
};

#define OPTION_FORM(name_, text_)                                                                  \
    {                                                                                              \
        name_, 0, RD_OPTION_TEXT, "JSON|@FILE|-", NULL, NULL, text_                                \
    }
#define OPTION_KEY                                                                                 \
    {                                                                                              \
        "key", 0, RD_OPTION_TEXT, "KEY", NULL, NULL,                                               \
            "idempotency key: repeating the command with it changes nothing"                       \
    }
#define OPTION_DRY                                                                                 \
    {                                                                                              \
        "dry-run", 0, RD_OPTION_FLAG, NULL, NULL, NULL,                                            \
            "say what would happen, and change nothing"                                            \
    }
#define OPTION_VERSION                                                                             \
    {                                                                                              \
        "if-version", 0, RD_OPTION_NUMBER, "N", NULL, NULL,                                        \
            "only if the record still has this version"                                            \
    }

const struct rd_option rd_options_open[] = { OPTION_FORM("data", "the fields of the form"),
                                             { "at", 0, RD_OPTION_TEXT, "TIME", NULL, NULL,
                                               "when it happened, as RFC 3339 time" },
                                             OPTION_KEY,
                                             OPTION_DRY,
                                             END_OF_OPTIONS };
const struct rd_option rd_options_act[] = { OPTION_FORM("form", "the fields of the form"),
                                            OPTION_VERSION, OPTION_KEY, OPTION_DRY,
                                            END_OF_OPTIONS };
const struct rd_option rd_options_show[] = {
    { "as-of", 0, RD_OPTION_TEXT, "TIME", NULL, NULL,
      "as it was at this RFC 3339 time, who could see it, and what the rules of today say there" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_list[] = {
    OPTION_FORM("where", "the fields to match"),
    { "order", 0, RD_OPTION_TEXT, "FIELD", NULL, NULL,
      "sort by this indexed field; -FIELD: downwards" },
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most" },
    { "cursor", 0, RD_OPTION_TEXT, "CURSOR", NULL, NULL, "go on where an earlier list ended" },
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "all pages" },
    { "scan", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "also what no index serves: {\"contains\": TEXT} in --where" },
    { "field", 0, RD_OPTION_LIST, "FIELD", NULL, NULL, "show this field as a column" },
    END_OF_OPTIONS
};
#define OPTION_IN_LANGUAGE                                                                         \
    {                                                                                              \
        "language", 0, RD_OPTION_CHOICE, "en|zh", NULL, NULL,                                      \
            "in which language; else the company's first"                                          \
    }
const struct rd_option rd_options_disclose[] = {
    { "field", 0, RD_OPTION_LIST, "FIELD", NULL, NULL,
      "this secret field; where missing, all that one may see" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_explain[] = { { "seq", 0, RD_OPTION_NUMBER, "N", NULL, NULL,
                                                  "the entry with this sequence; else the newest" },
                                                OPTION_IN_LANGUAGE,
                                                END_OF_OPTIONS };
const struct rd_option rd_options_capture[] = { { "policy", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
                                                  "run the test by the rules of this directory" },
                                                END_OF_OPTIONS };
const struct rd_option rd_options_why[] = { OPTION_FORM("form", "the fields of the form"),
                                            OPTION_IN_LANGUAGE, END_OF_OPTIONS };
const struct rd_option rd_options_create[] = { OPTION_FORM("data", "the fields"), OPTION_KEY,
                                               OPTION_DRY, END_OF_OPTIONS };
const struct rd_option rd_options_update[] = { OPTION_FORM("set", "the fields to change"),
                                               OPTION_VERSION, OPTION_KEY, OPTION_DRY,
                                               END_OF_OPTIONS };
const struct rd_option rd_options_decide[] = {
    OPTION_FORM("input", "the inputs"),
    { "policy", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "ask the rules of this directory, without a daemon" },
    END_OF_OPTIONS
};
#define OPTION_RULES                                                                               \
    {                                                                                              \
        "rules", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,                                             \
            "ask the rules of this directory (it holds rules/), without a daemon"                  \
    }
const struct rd_option rd_options_calendar[] = { OPTION_RULES, END_OF_OPTIONS };
const struct rd_option rd_options_between[] = {
    { "unit", 0, RD_OPTION_CHOICE,
      "business-hours|business-minutes|business-days|hours|minutes|days", NULL, "business-hours",
      "what is counted" },
    OPTION_RULES,
    END_OF_OPTIONS
};
const struct rd_option rd_options_render[] = { OPTION_FORM("form", "what it takes from a form"),
                                               OPTION_IN_LANGUAGE, END_OF_OPTIONS };
const struct rd_option rd_options_progress[] = {
    { "proof", 0, RD_OPTION_TEXT, "TEXT", NULL, NULL,
      "what the customer says who he is, such as his phone" },
    OPTION_IN_LANGUAGE,
    END_OF_OPTIONS
};
const struct rd_option rd_options_guidance[] = { OPTION_IN_LANGUAGE, END_OF_OPTIONS };
const struct rd_option rd_options_month[] = {
    { "language", 0, RD_OPTION_CHOICE, "en|zh", NULL, NULL,
      "of the labels; else the company's first language" },
    OPTION_RULES,
    END_OF_OPTIONS
};
const struct rd_option rd_options_ics[] = {
    { "name", 0, RD_OPTION_TEXT, "NAME", NULL, "holidays", "the set's name, such as cn" },
    { "year", 0, RD_OPTION_NUMBER, "Y", NULL, NULL,
      "only this year; else every year that the file has dates of" },
    { "dir", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "write NAME_YEAR.lua into this directory, never over a file that is there; else to standard "
      "output" },
    END_OF_OPTIONS
};
#define OPTION_WHY_KEPT(where_)                                                                    \
    {                                                                                              \
        "why", 0, RD_OPTION_TEXT, "TEXT", NULL, NULL, "why; kept " where_                          \
    }
#define OPTION_WHY OPTION_WHY_KEPT("with the generation")
#define OPTION_MOVED                                                                               \
    {                                                                                              \
        "moved", 0, RD_OPTION_LIST, "WORKFLOW.OLD=NEW", NULL, NULL,                                \
            "cases whose state is no more go to this one; besides what the workflows say"          \
    }
const struct rd_option rd_options_activate[] = { OPTION_DRY,
                                                 OPTION_WHY,
                                                 OPTION_MOVED,
                                                 { "no-tests", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
                                                   "do not ask the promises beside the rules" },
                                                 END_OF_OPTIONS };
const struct rd_option rd_options_rollback[] = { OPTION_DRY, OPTION_WHY, OPTION_MOVED,
                                                 END_OF_OPTIONS };
const struct rd_option rd_options_confirm[] = { OPTION_DRY,
                                                { "no-tests", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
                                                  "do not ask the promises beside the rules" },
                                                END_OF_OPTIONS };
const struct rd_option rd_options_erase[] = {
    OPTION_DRY, OPTION_WHY_KEPT("in the journal and in `person list`"), END_OF_OPTIONS
};
const struct rd_option rd_options_erasing[] = { OPTION_DRY, END_OF_OPTIONS };
const struct rd_option rd_options_policy_sign[] = { { "key", 0, RD_OPTION_TEXT, "FILE", NULL, NULL,
                                                      "the secret key that signs (audit key)" },
                                                    END_OF_OPTIONS };
const struct rd_option rd_options_withdraw[] = { OPTION_WHY_KEPT("in the journal"),
                                                 END_OF_OPTIONS };
const struct rd_option rd_options_generations[] = {
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most, 20 where not said" },
    { "before", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "only generations before this one" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_diff[] = {
    { "language", 0, RD_OPTION_CHOICE, "en|zh", NULL, "en", "in which language" }, END_OF_OPTIONS
};
const struct rd_option rd_options_prove[] = {
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "also what is proved" },
    { "promises", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "run the promises first: where one has found a record, one can be (some seconds)" },
    { "tests", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "print the refuted cases as promises, to be put into a _test.lua file" },
    { "strict", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "exit code 1 also where something is unknown" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_test[] = {
    { "only", 0, RD_OPTION_TEXT, "TEXT", NULL, NULL, "only tests whose title holds TEXT" },
    { "watch", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "again whenever a file has changed" },
    { "count", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "with --watch: end after so many times" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_check[] = { { "sarif", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
                                                "print a SARIF 2.1.0 log, for code hosts" },
                                              END_OF_OPTIONS };
const struct rd_option rd_options_tail[] = { { "since", 0, RD_OPTION_NUMBER, "SEQ", NULL, NULL,
                                               "begin behind this sequence; else with what comes" },
                                             { "count", 0, RD_OPTION_NUMBER, "N", NULL, NULL,
                                               "end after so many" },
                                             { "end", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
                                               "end with the newest that there is, instead of "
                                               "waiting; without --since from the first on" },
                                             END_OF_OPTIONS };
const struct rd_option rd_options_advance[] = {
    { "by", 0, RD_OPTION_TEXT, "DURATION", NULL, NULL, "how far: \"2 hours\"" },
    { "to", 0, RD_OPTION_TEXT, "TIME", NULL, NULL, "up to this RFC 3339 time" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_notice[] = {
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most" },
    { "to", 0, RD_OPTION_TEXT, "ACCOUNT", NULL, NULL, "only those to this account" },
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "all pages" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_staff[] = {
    { "unit", 0, RD_OPTION_TEXT, "UNIT", NULL, NULL, "only those of this unit" },
    { "role", 0, RD_OPTION_TEXT, "ROLE", NULL, NULL, "only those who have this role by name" },
    { "group", 0, RD_OPTION_TEXT, "GROUP", NULL, NULL, "only those of this group" },
    { "left", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "also who has left" },
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most" },
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "all pages" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_ledger[] = {
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most" },
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "all pages" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_job[] = {
    { "running", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "only those under way" },
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most" },
    { "before", 0, RD_OPTION_NUMBER, "JOB", NULL, NULL, "only older ones than this" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_agenda[] = {
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most" },
    { "until", 0, RD_OPTION_TEXT, "TIME", NULL, NULL, "only what is due by this RFC 3339 time" },
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "all pages" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_data[] = { { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA",
                                               DATA_DEFAULT, "the data directory" },
                                             END_OF_OPTIONS };
const struct rd_option rd_options_repair[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT, "the data directory" },
    { "from", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "a backup of it, or a standby's data directory, for what is not intact here any more" },
    { "look", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "say what would be done, and change nothing; exit code 1 where there is something" },
    { "new-keys", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "draw a new key for each person whose key is nowhere any more: what was sealed is lost, what "
      "is written from now on is not" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_promote[] = {
    { "force", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "also where the other one can't be reached: make sure that it is dead" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_audit_verify[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT, "the data directory" },
    { "public-key", 0, RD_OPTION_TEXT, "FILE", NULL, NULL, "check the checkpoints' signatures" },
    { "checkpoints", 0, RD_OPTION_TEXT, "FILE", NULL, NULL,
      "one's own copy of the checkpoints instead of the directory's" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_audit_checkpoint[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT, "the data directory" },
    { "key", 0, RD_OPTION_TEXT, "FILE", NULL, NULL, "the secret key that signs" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_audit_export[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT, "the data directory" },
    { "from-entry", 0, RD_OPTION_NUMBER, "N", NULL, "1", "the first entry" },
    { "to-entry", 0, RD_OPTION_NUMBER, "N", NULL, "0", "the last one; 0: the newest" },
    { "key", 0, RD_OPTION_TEXT, "FILE", NULL, NULL, "sign with this secret key" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_audit_check[] = { { "public-key", 0, RD_OPTION_TEXT, "FILE", NULL,
                                                      NULL, "check signatures by this key" },
                                                    END_OF_OPTIONS };
const struct rd_option rd_options_backup[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT, "the data directory" },
    { "rate", 0, RD_OPTION_NUMBER, "MIB", NULL, "16",
      "copy so many MiB a second at most, and rest while commands run; 0: as fast as it goes" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_restore[] = {
    { "to", 0, RD_OPTION_TEXT, "TIME", NULL, NULL, "only what happened up to this RFC 3339 time" },
    { "to-entry", 0, RD_OPTION_NUMBER, "N", NULL, "0", "only the entries up to this one" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_import[] = {
    { "mapping", 0, RD_OPTION_TEXT, "FILE.lua", NULL, NULL, "turns rows into cases and events" },
    { "data", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "write into this data directory, which no daemon may hold, instead of asking one" },
    { "policy", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "with --data: the rules; else those in force there" },
    { "errors", 0, RD_OPTION_TEXT, "FILE", NULL, NULL,
      "where rejected rows go; SOURCE.errors.csv in this directory where not given" },
    END_OF_OPTIONS
};
#define OPTION_SHEET                                                                               \
    {                                                                                              \
        "output", 'o', RD_OPTION_CHOICE, "table|csv|json", NULL, "table",                          \
            "how results are printed; csv is safe to open in a spreadsheet"                        \
    }
#define OPTION_LANGUAGE                                                                            \
    {                                                                                              \
        "language", 0, RD_OPTION_CHOICE, "en|zh", NULL, NULL,                                      \
            "of labels and headings; en where none is given"                                       \
    }
const struct rd_option rd_options_view[] = {
    { "param", 0, RD_OPTION_LIST, "NAME=VALUE", NULL, NULL, "a parameter of the view" },
    OPTION_FORM("params", "all parameters at once"),
    { "limit", 0, RD_OPTION_NUMBER, "N", NULL, NULL, "so many at most" },
    { "cursor", 0, RD_OPTION_TEXT, "CURSOR", NULL, NULL, "go on where an earlier page ended" },
    { "all", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "all pages" },
    OPTION_LANGUAGE,
    OPTION_SHEET,
    END_OF_OPTIONS
};
const struct rd_option rd_options_language[] = { OPTION_LANGUAGE, END_OF_OPTIONS };
const struct rd_option rd_options_run_report[] = {
    { "month", 0, RD_OPTION_TEXT, "YYYY-MM", NULL, NULL,
      "a month of the period; the period before this one where none is given" },
    OPTION_LANGUAGE,
    OPTION_SHEET,
    END_OF_OPTIONS
};
const struct rd_option rd_options_report[] = {
    { "type", 0, RD_OPTION_TEXT, "TYPE", NULL, NULL, "the type of cases" },
    { "by", 0, RD_OPTION_TEXT, "FIELD", NULL, "state",
      "what they are counted by: state, month, or a field" },
    { "data", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "read this data directory, which no daemon may hold" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_play[] = {
    { "once", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "end after the report instead of going on serving" },
    { "data", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "the data directory; a new one below ./var otherwise" },
    { "policy", 0, RD_OPTION_TEXT, "DIR", "REDRESS_POLICY", NULL,
      "holds rules/ and scripts/; this directory or the installed example otherwise" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_shadow[] = {
    { "stop", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "ends the one that runs" },
    { "show", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "what differs so far; also without DIR" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_backtest[] = {
    { "data", 0, RD_OPTION_TEXT, "DIR", "REDRESS_DATA", DATA_DEFAULT,
      "the data directory whose history is asked again; it is only read" },
    { "since", 0, RD_OPTION_TEXT, "DAY|TIME", NULL, NULL,
      "from then on; else from the first entry" },
    { "until", 0, RD_OPTION_TEXT, "DAY|TIME", NULL, NULL, "before then; else to the last entry" },
    { "type", 0, RD_OPTION_TEXT, "TYPE", NULL, NULL, "only records of this type" },
    { "cases", 0, RD_OPTION_NUMBER, "N", NULL, "20", "so many cases are shown one by one" },
    { "activated", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "as if the rules had come into force at --since: cases that were open then keep the workflow "
      "that they may keep" },
    { "full", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "whole cases are run again, with their timers, those opened between --since and --until; a "
      "case stops where people would have been asked something else" },
    { "job", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "the daemon does it beside its work, with the rules of its policy directory and its "
      "history" },
    { "cancel", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "breaks off the one that the daemon does" },
    { "output", 'o', RD_OPTION_CHOICE, "table|json|html", NULL, "table",
      "how results are printed; html is one page with charts" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_sim[] = {
    { "months", 0, RD_OPTION_NUMBER, "N", NULL, "3", "how long people work" },
    { "cases", 0, RD_OPTION_NUMBER, "N", NULL, "20000", "cases that people open in that time" },
    { "seed", 0, RD_OPTION_NUMBER, "N", NULL, "1", "the same seed: the same history and hash" },
    { "start", 0, RD_OPTION_TEXT, "DAY", NULL, NULL,
      "the first day; 2026-03-02 otherwise, or the day after the history" },
    { "from-history", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "arrivals and handling as in this data directory, which is only read" },
    { "since", 0, RD_OPTION_TEXT, "DAY", NULL, NULL,
      "takes the history from this day on; its last twelve months otherwise" },
    { "until", 0, RD_OPTION_TEXT, "DAY", NULL, NULL, "takes the history up to this day" },
    { "staff", 0, RD_OPTION_LIST, "CHANGE", NULL, NULL,
      "what if: \"handler -2 sunday\"; a role or all, people, days" },
    { "arrivals", 0, RD_OPTION_LIST, "CHANGE", NULL, NULL,
      "what if: \"complaint +20% monday\"; a workflow or all, per cent, days" },
    { "data", 0, RD_OPTION_TEXT, "DIR", NULL, NULL,
      "keeps the data directory there, to be looked at; a scratch directory otherwise" },
    { "policy", 0, RD_OPTION_TEXT, "DIR", "REDRESS_POLICY", NULL,
      "holds rules/ and scripts/; this directory or the installed example otherwise" },
    { "output", 'o', RD_OPTION_CHOICE, "table|json|html", NULL, "table",
      "how results are printed; html is one page with charts, and goes with --from-history" },
    END_OF_OPTIONS
};
const struct rd_option rd_options_bench[] = {
    { "clients", 0, RD_OPTION_NUMBER, "N", NULL, "64",
      "connections, each with one request under way" },
    { "pipeline", 0, RD_OPTION_NUMBER, "N", NULL, "256", "requests under way over 8 connections" },
    { "seconds", 0, RD_OPTION_NUMBER, "S", NULL, "5", "how long is measured" },
    { "open", 0, RD_OPTION_NUMBER, "N", NULL, "0",
      "loads: open cases that the store holds before" },
    { "cases", 0, RD_OPTION_NUMBER, "N", NULL, "300000",
      "start: cases in the store; timers: 1000000 unless it is given" },
    { "due", 0, RD_OPTION_NUMBER, "N", NULL, "100000", "timers: cases whose deadlines ring" },
    { "spread", 0, RD_OPTION_NUMBER, "S", NULL, "0",
      "timers: they are due one after the other within so many seconds, not at one instant" },
    { "minutes", 0, RD_OPTION_NUMBER, "N", NULL, "30", "soak: how long" },
    { "replan", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "timers: change the calendar afterwards, so that all open deadlines are planned anew" },
    { "dir", 0, RD_OPTION_TEXT, "DIR", NULL, "./var/bench", "where the data directory is made" },
    { "policy", 0, RD_OPTION_TEXT, "DIR", "REDRESS_POLICY", NULL,
      "holds rules/ and scripts/; this directory or the installed example otherwise" },
    { "keep", 0, RD_OPTION_FLAG, NULL, NULL, NULL, "leave the data directory behind" },
    { "baseline", 0, RD_OPTION_TEXT, "FILE", NULL, NULL,
      "one table of ratios instead, beside those of this file" },
    { "save", 0, RD_OPTION_FLAG, NULL, NULL, NULL,
      "write this run's ratios to the --baseline file" },
    END_OF_OPTIONS
};
