/* Status codes: one table makes the enum, the wire names, the wire codes, the exit codes and the
 * sentences.
 *
 * Codes and names are stable: a client may switch on `error.data.name`; a number is never reused.
 * Protocol faults carry the codes that JSON-RPC 2.0 reserves; the application's own codes start at
 * 1001. Codes of 0 never reach the wire as they are: a door turns them into `internal_error`.
 */
#ifndef REDRESS_STATUS_H
#define REDRESS_STATUS_H

/* X(NAME, wire code, wire name, process exit code, sentence) */
#define RD_STATUS_MAP(X)                                                                           \
    X(OK, 0, "ok", 0, "done")                                                                      \
    /* protocol */                                                                                 \
    X(PARSE_ERROR, -32700, "parse_error", 2, "the message is not valid JSON")                      \
    X(INVALID_REQUEST, -32600, "invalid_request", 2, "the message is not a JSON-RPC 2.0 request")  \
    X(METHOD_NOT_FOUND, -32601, "method_not_found", 2, "there is no such method")                  \
    X(INVALID_PARAMS, -32602, "invalid_params", 2, "the parameters do not fit the method")         \
    X(INTERNAL_ERROR, -32603, "internal_error", 1, "the server failed; its log says more")         \
    /* application */                                                                              \
    X(NOT_FOUND, 1001, "not_found", 5, "there is no such record")                                  \
    X(STALE_VERSION, 1002, "stale_version", 6, "the record has changed since it was read")         \
    X(WRONG_STATE, 1003, "wrong_state", 6, "the record's state does not accept this event")        \
    X(NOT_ALLOWED, 1004, "not_allowed", 4, "no authority row allows this")                         \
    X(BAD_FORM, 1005, "bad_form", 2, "the form is not filled in as it must be")                    \
    X(BUSY, 1006, "busy", 1, "too much is under way; try again later")                             \
    X(POLICY_FAULT, 1007, "policy_fault", 1, "a rule of the company failed; nothing was changed")  \
    X(STORAGE_FULL, 1008, "storage_full", 1, "the disk is full: reads go on, writes are refused")  \
    X(NOT_LOGGED_IN, 1009, "not_logged_in", 4, "log in first (session.login)")                     \
    X(IDEMPOTENCY_CONFLICT, 1010, "idempotency_conflict", 6,                                       \
      "the idempotency key was used for a different request")                                      \
    X(ABOVE_AUTHORITY, 1011, "above_authority", 4, "the amount is above what the role may grant")  \
    X(OUT_OF_ORDER, 1012, "out_of_order", 6, "the time lies before what the record already has")   \
    X(NOT_INDEXED, 1013, "not_indexed", 2, "the field has no index to search or order by")         \
    X(ALREADY_EXISTS, 1014, "already_exists", 6, "another record has this unique value")           \
    X(LIMIT_EXCEEDED, 1015, "limit_exceeded", 1, "a limit of the engine was reached")              \
    X(CLOCK_NOT_MANUAL, 1016, "clock_not_manual", 6, "the clock moves by itself here")             \
    X(POLICY_REFUSED, 1017, "policy_refused", 1, "the policy was not activated")                   \
    X(MESSAGE_TOO_LARGE, 1018, "message_too_large", 2, "the message is larger than the limit")     \
    X(TOO_DEEP, 1019, "too_deep", 2, "the message is nested deeper than the limit")                \
    X(SHUTTING_DOWN, 1020, "shutting_down", 1, "the server is stopping; connect again later")      \
    X(BAD_CURSOR, 1021, "bad_cursor", 2, "the cursor is not one of this list")                     \
    X(IN_PROGRESS, 1022, "in_progress", 6, "another one of these is under way")                    \
    X(ALREADY_POSTED, 1023, "already_posted", 6,                                                   \
      "this key of the ledger was used for something else")                                        \
    X(NOT_POSTED, 1024, "not_posted", 6, "the ledger has nothing under this key to reverse")       \
    X(FOUR_EYES, 1025, "four_eyes", 4, "whoever did the one may not do the other")                 \
    X(BAD_DIRECTORY, 1026, "bad_directory", 6, "the directory holds something else")               \
    X(BACKUP_FAILED, 1027, "backup_failed", 1,                                                     \
      "the backup was not made; the one before is as it was")                                      \
    X(OUT_OF_SCOPE, 1030, "out_of_scope", 4, "the token was not made for this")                    \
    X(SECRET, 1035, "secret", 4, "the field is secret: it is disclosed, or not at all")            \
    X(STANDBY, 1039, "standby", 6, "this server follows another one and takes no writes")          \
    X(FENCED, 1040, "fenced", 6, "another server was promoted in the place of this one")           \
    X(DIVERGED, 1041, "diverged", 6, "the journals of the two servers are not one")                \
    X(CANCELLED, 1047, "cancelled", 1, "it was cancelled before it was done")                      \
    X(ERASED, 1055, "erased", 6, "the person was erased: nothing personal is written about him")   \
    X(PERSON_IN_USE, 1056, "person_in_use", 6, "cases about the person are not closed yet")        \
    X(POLICY_UNSIGNED, 1073, "policy_unsigned", 4,                                                 \
      "the policy is not signed by the key that is configured")                                    \
    X(KEY_MISSING, 1095, "key_missing", 6,                                                         \
      "the person's key is missing here: nothing personal is written about him")                   \
    /* inside */                                                                                   \
    X(IO, 0, "io_error", 1, "reading or writing failed")                                           \
    X(CORRUPT, 0, "corrupt", 1, "stored data is damaged")                                          \
    X(IN_USE, 0, "in_use", 6, "another process holds it")                                          \
    X(BAD_CONFIG, 0, "bad_config", 2, "the configuration is not usable")                           \
    X(MAP_FULL, 0, "map_full", 1, "the store's map is full")                                       \
    X(NO_SERVER, 0, "no_server", 3, "no server answers there")                                     \
    X(USAGE, 0, "usage", 2, "the command line is not usable")                                      \
    X(CHECK_FAILED, 0, "check_failed", 1, "checked, and found failing")                            \
    X(END, 0, "end", 0, "there is no more")

enum rd_status {
#define RD_STATUS_ENUM(name, code, wire, exit_code, text) RD_##name,
    RD_STATUS_MAP(RD_STATUS_ENUM)
#undef RD_STATUS_ENUM
        RD_STATUS_COUNT
};

/* The wire name ("stale_version"), static. */
const char *rd_status_name(enum rd_status status);
/* One sentence without a full stop, static. */
const char *rd_status_text(enum rd_status status);
/* The code on the wire; statuses that are not for the wire give internal_error's. */
int rd_status_code(enum rd_status status);
/* The exit code of the command line. */
int rd_status_exit(enum rd_status status);

#endif
