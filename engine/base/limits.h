/* Every queue, buffer, nesting depth and retry has its maximum here. A test reaches each one. */
#ifndef RD_BASE_LIMITS_H
#define RD_BASE_LIMITS_H

/* memory */
#define RD_ARENA_CHUNK_BYTES (16u * 1024)
#define RD_ARENA_BYTES_MAX (256u * 1024 * 1024)
#define RD_MEMORY_IDLE_BYTES (16u * 1024 * 1024) /* resident and used by nobody: given back */
#define RD_MEMORY_LOOK_MS 5000                   /* how often that is looked at */
#define RD_SYMBOLS_MAX 32767    /* texts of policies that are kept once; others are spelled out */
#define RD_SYMBOL_BYTES_MAX 255 /* of one: longer texts are no names */

/* the wire */
#define RD_MESSAGE_BYTES_MAX (1024u * 1024) /* one line */
#define RD_MESSAGE_DEPTH_MAX 32
#define RD_BATCH_REQUESTS_MAX 256     /* requests in one JSON-RPC batch */
#define RD_SESSION_IN_FLIGHT_MAX 1024 /* requests of one session not yet answered: stop reading */
#define RD_SESSION_OUT_SOFT_BYTES (1024u * 1024)      /* unsent replies: stop reading requests */
#define RD_SESSION_OUT_HARD_BYTES (16u * 1024 * 1024) /* unsent replies: close with a reason */
#define RD_SESSIONS_MAX 4096
/* memory that messages and replies of all sessions hold: beyond it the largest one is closed */
#define RD_SESSIONS_HELD_BYTES (256u * 1024 * 1024)
/* a TCP peer who has not logged in: one request at a time, in lines and replies of this */
#define RD_STRANGER_LINE_BYTES (16u * 1024)
#define RD_STRANGER_OUT_BYTES (16u * 1024)
#define RD_STRANGER_WEIGHT 10     /* what one counts for in the rate of his address, */
#define RD_HANDSHAKE_WEIGHT 50    /* and what the beginning of a sealed connection does */
#define RD_KERNEL_QUEUE_MAX 16384 /* requests waiting for the kernel: busy */
#define RD_QUEUE_WAIT_MS 10       /* where the next one would wait longer than this: busy, */
#define RD_QUEUE_REQUESTS_MIN 256 /* but not before so many wait */
#define RD_LANES                                                                                   \
    64 /* into which callers are sorted, so that none waits for all of another's: at most 64 */
#define RD_STROKE_MIN 4 /* commands that are run at one stroke however long each takes */
#define RD_UNANSWERED_SESSION_BYTES                                                                \
    (16u * 1024 * 1024) /* memory of requests not yet answered: stop reading */
#define RD_UNANSWERED_SERVER_BYTES (512u * 1024 * 1024) /* of all sessions: busy */
#define RD_BUSY_RETRY_MS 100                            /* what a busy server advises */
#define RD_LOGIN_FAILURES_MAX 5                         /* of one session: close */
#define RD_GATE_CALLERS_MAX 8192 /* accounts and addresses whose rate is known at a time */
#define RD_GUESSES_FREE 5     /* wrong log-ins and proofs of an address; each further one waits */
#define RD_GUESS_STEP_MS 2000 /* so much longer, and is forgotten after as long, */
#define RD_GUESS_HOLD_MS_MAX 10000 /* up to this */
#define RD_WARNINGS_TOLD 64        /* of what goes wrong with an address' connections, at once; */
#define RD_WARNING_TOLD_MS 10000   /* and then one in so long */
#define RD_DISMISS_MS                                                                              \
    1000                /* who is told why he must go is closed after so long if he won't listen */
#define RD_WATCH_MS 250 /* while answers are held back or log-ins awaited, they are looked at */
#define RD_LOGIN_FAILURES_TOLD 32      /* failed log-ins that are journalled one by one, */
#define RD_LOGIN_FAILURE_TOLD_MS 60000 /* then one in so much time */
#define RD_REFUSALS_TOLD 256           /* the same for an account's refusals */
#define RD_REFUSAL_TOLD_MS 15000
#define RD_KEYS_TOLD_MAX 100 /* persons whose key is missing that are named */
#define RD_KEYS_LOOKED_AT                                                                          \
    64 /* first and last records of a type of which a start sees whether their key is there */
#define RD_CALLERS_TOLD_MAX 4096 /* accounts whose refusals are counted at a time */
#define RD_TOKEN_DAYS_DEFAULT 90
#define RD_TOKEN_DAYS_MAX 3650
#define RD_TOKEN_SCOPES_MAX 32
#define RD_TOKEN_LABEL_BYTES_MAX 128
#define RD_TOKEN_USED_MS 3600000 /* "last used" is true to this much */
#define RD_DRAIN_MS_MAX                                                                            \
    10000 /* at the end, peers that do not take their replies are waited for this long */
#define RD_KERNEL_IDLE_AFTER_MS                                                                    \
    2 /* nothing arrived for this long: the kernel may commit and collect */
#define RD_CLOCK_JUMP_MS 60000 /* a clock that was set by more is told of */
#define RD_KERNEL_LOOK_MS_MAX                                                                      \
    1000 /* while a deadline is ahead, the wall clock is read this often: it may jump */
#define RD_KERNEL_RETRY_MS                                                                         \
    100                    /* a ring that achieved nothing (disk full) is tried again after this */
#define RD_TURN_LONG_MS 10 /* a turn of the kernel thread that took so long is told in the log */
#define RD_TURN_TELL_MS 1000  /* but no more than one in this time */
#define RD_JOBS_KEPT_MAX 1024 /* messages whose memory is kept for the next ones, */
#define RD_JOBS_KEPT_BYTES (16u * 1024 * 1024) /* up to so much of it */
#define RD_FEED_PAGE_MAX 256                   /* entries read for a subscriber at a time */

/* journal and store */
#define RD_ENTRY_BYTES_MAX (8u * 1024 * 1024)
#define RD_SEGMENT_BYTES (32u * 1024 * 1024)
#define RD_JOURNAL_BATCH_BYTES_MAX (64u * 1024 * 1024) /* appended and not yet flushed: busy */
#define RD_FLUSH_LATER_BYTES                                                                       \
    (1024u * 1024)                /* appended behind a flush: more than this waits for it */
#define RD_STORE_WRITES_MAX 20000 /* puts since the last seal: commit */
#define RD_STORE_COMMIT_MS 100    /* under load, the store is committed at least this often */
#define RD_STORE_AHEAD 4          /* times as many puts beside a commit: then it is waited for */
#define RD_LAYER_KEPT_BYTES (16u * 1024 * 1024) /* of memory that a layer keeps for the next */
#define RD_STORE_MAP_BYTES_MIN (256ull * 1024 * 1024)
#define RD_STORE_MAP_BYTES_MAX (1ull << 40)

/* health: less room or later deadlines than this, and the server says that it is not ready */
#define RD_HEALTH_DISK_BYTES (256u * 1024 * 1024) /* a few segments and a commit */
#define RD_HEALTH_LATE_S 10

/* commands */
#define RD_BATCH_COMMANDS_MAX 1024 /* commands that are run at one stroke */
/* Where a loop waits for the replies, a quarter of what has arrived, and at least so many: while
 * they are sent and the next requests read, the rest runs. With all of it at one stroke 64 clients
 * left the kernel idle for a third of the time. */
#define RD_BATCH_SERVED_MIN 16
/* due deadlines rung in one batch: a request waits for two slices at the worst. Its p99 while
 * 50,000 to 100,000 ring (bench timers, a busy machine): 7 to 22 ms with 256, 3 to 4 with 64 */
#define RD_RING_SLICE_MAX 64
#define RD_RING_SLICE_NS 1000000 /* and fewer where rings are work: none begins after this */
#define RD_RING_WAIT_NS                                                                            \
    1000000 /* commands of one batch run so long, then what is due gets a slice */
#define RD_CASCADE_DEPTH_MAX 8    /* a command that sends events that send events ... */
#define RD_CASCADE_RECORDS_MAX 64 /* records that one command may touch */
#define RD_PREVIEW_SLICE_MAX 512  /* records that one policy.preview looks at */
/* records whose deadlines are planned anew in one batch (p99 meanwhile: 128: 6 to 25 ms, 64: 5) */
#define RD_REPLAN_SLICE_MAX 64
/* versions of cases that one slice reads to find out since when a new limit counts; and of one
 * case: beyond them it counts from now */
#define RD_REARM_READ_MAX 512
#define RD_REARM_VERSIONS_MAX 1000
#define RD_JOB_SLICE_MAX 64      /* records that jobs do something to in one batch */
#define RD_JOB_SCAN_MAX 1024     /* and look at, to find them */
#define RD_JOBS_WAITING_MAX 1000 /* jobs that rules have begun and that have not ended */
#define RD_PLAN_EFFECTS_MAX 256
#define RD_FACT_ROWS_MAX 100000    /* records that one count or sum looks at */
#define RD_LEDGER_VERIFY_SLICE 500 /* entries that one ledger.verify looks at */
#define RD_DELEGATORS_MAX 16       /* whom one person may stand in for at a time */
#define RD_PERSON_ACCOUNTS_MAX 16  /* accounts of one person, remembered with what he did */
#define RD_ADDRESSEES_MAX 1000     /* people whom one role in one place stands for */
#define RD_LIST_LIMIT_MAX 1000
#define RD_LIST_LIMIT_DEFAULT 50
#define RD_LIST_SCAN_MAX 10000    /* records looked at for one page */
#define RD_REPORT_VALUES_MAX 1000 /* different values in one slice of a report */
/* views and reports */
#define RD_FILTER_VALUES_MAX 64 /* values that one condition names */
#define RD_SCAN_PARTS_MAX 16    /* stretches of an index that one list joins */
#define RD_VIEWS_MAX 1000
#define RD_VIEW_PARAMS_MAX 16
#define RD_VIEW_COLUMNS_MAX 15
#define RD_REPORTS_MAX 200
#define RD_REPORT_SECTIONS_MAX 32
#define RD_REPORT_MEASURES_MAX 12
#define RD_REPORT_BY_MAX 3         /* things that one section goes by */
#define RD_REPORT_GROUPS_MAX 10000 /* different values in one section */
#define RD_GENERATIONS_PAGE 20
#define RD_GENERATIONS_PAGE_MAX 100
#define RD_FIT_COUNT_MAX 10000 /* records of a state that goes, beyond which none is counted */
#define RD_FIT_SLICE_MAX 128   /* open cases that are looked at in one batch for an activation */
#define RD_POLICY_WHY_BYTES_MAX 1000             /* why somebody activates a policy */
#define RD_PROPOSAL_KEEP_MS (72ll * 3600 * 1000) /* a policy waits for a second person so long */
#define RD_PINNED_POLICIES_MAX                                                                     \
    8 /* earlier generations at once whose workflows open cases keep; each is a Lua state */
#define RD_PAST_POLICIES_MAX                                                                       \
    3 /* earlier generations that stay loaded for looks at the past: 7 MB each, as shipped */
#define RD_LOADINGS_MAX 16   /* loads of the policy directory that are asked for: busy */
#define RD_LOADING_LOOK_MS 2 /* while one goes on: whether it is done */
#define RD_REPORT_FIGURES_BYTES (64u * 1024 * 1024) /* memory of one report's lines, or refused */
#define RD_REPORT_SHOWN_BYTES (16u * 1024 * 1024)   /* of the lines shown; others are left off */
#define RD_REPORTS_AT_ONCE_MAX 4       /* that are asked for and not yet answered: busy */
#define RD_REPORT_SLICE_NS 1000000ll   /* reading for reports between two batches, at most */
#define RD_REPORT_SLICE_NS_MIN 50000ll /* less is saved up for the next batch */
#define RD_REPORT_SHARE 5 /* one part in so many of what commands take, while they come */
#define RD_REPORT_QUIET_NS 2000000ll /* without commands for so long: slices are full ones */
#define RD_SNAPSHOT_MS_MAX 5000      /* a reader that is older keeps pages from being used again */
#define RD_ADVANCE_RINGS_MAX 100000  /* deadlines that ring in one clock.advance */
/* memory of one reply that lists things: more of them come on the next page */
#define RD_REPLY_ARENA_BYTES (8u * 1024 * 1024)
/* memory of the requests of one batch: the ones behind it are refused, since it has one arena */
#define RD_BATCH_ARENA_BYTES (64u * 1024 * 1024)
/* memory that replies may take before they are handed over: the rest of the batch is run after
 * that; and before the kernel waits for the loop to take them */
#define RD_BATCH_REPLY_BYTES (16u * 1024 * 1024)
#define RD_REPLIES_AHEAD_BYTES (32u * 1024 * 1024)
#define RD_HISTORY_MAX 1000 /* entries in one case.history reply */
#define RD_IDEMPOTENCY_KEY_BYTES_MAX 128
#define RD_IDEMPOTENCY_KEEP_MS (7ll * 24 * 3600 * 1000)
#define RD_TEXT_FIELD_BYTES_MAX (64u * 1024)
#define RD_NAME_BYTES_MAX 64  /* types, fields, states, events, accounts */
#define RD_FIELDS_MAX 256     /* of a record or form */
#define RD_INDEX_FIELDS_MAX 8 /* of one index */
#define RD_STATES_MAX 256
#define RD_DECISION_INPUTS_MAX 32
#define RD_DECISION_ROWS_MAX 20000
#define RD_DECISION_PAIRS_MAX 50000000     /* pairs of rows compared when one table is checked */
#define RD_DECISION_GAP_TESTS_MAX 20000000 /* cells tested when one table is searched for gaps */
#define RD_PROVE_INPUTS_MAX 200000         /* inputs of one table that a proof tries */
#define RD_PROVE_DEAD_MAX 20         /* dead rows of one table for which an input is looked for */
#define RD_PROVE_FORMS_MAX 4096      /* forms of one event that a proof tries */
#define RD_PROVE_PLAYS_MAX 32        /* plays that are made of one refuted way */
#define RD_PROVE_TEXT_MAX 200        /* letters of a text in one of them */
#define RD_DECISION_OVERLAPS_MAX 100 /* overlaps told of one table */
#define RD_EXPLANATION_BYTES_MAX 512 /* of facts and decisions, for each record of an entry */
#define RD_EXPLANATION_REASON_BYTES_MAX 200 /* of what a guard says of one decision */

/* time */
#define RD_ZONE_FILE_BYTES_MAX (256u * 1024)
#define RD_ZONE_CHANGES_MAX 4096   /* changes of offset that a zone file may list */
#define RD_CALENDAR_DAYS_MAX 20000 /* single days that differ from the week */
#define RD_CALENDAR_SPANS_MAX 32   /* working intervals of one day */
#define RD_CALENDAR_SEASONS_MAX 12 /* of one calendar */
/* days that differ, and hours across a change of the clock, are kept for these years */
#define RD_CALENDAR_YEAR_MIN 1900
#define RD_CALENDAR_YEAR_MAX 2200
#define RD_DURATION_YEARS_MAX 200
/* iCalendar files of holidays */
#define RD_ICS_BYTES_MAX (2u * 1024 * 1024)
#define RD_ICS_DEPTH_MAX 8
#define RD_ICS_EVENTS_MAX 10000
#define RD_ICS_EVENT_DAYS_MAX 366
#define RD_ICS_TURNS_MAX 4000 /* of one event's rule */

/* schedules */
#define RD_SCHEDULES_MAX 1000
#define RD_SCHEDULE_INTERVAL_MAX 1000
#define RD_SCHEDULE_COUNT_MAX 10000
#define RD_SCHEDULE_SHIFT_DAYS_MAX 400         /* how far days off may move an occurrence */
#define RD_SCHEDULE_DATES_MAX 100000           /* dates of a rule looked at for one answer */
#define RD_SCHEDULE_LATE_MS (10ll * 60 * 1000) /* an occurrence longer ago than this was missed */

/* policies */
#define RD_POLICY_FILES_MAX 1024
#define RD_POLICY_FILE_BYTES_MAX (1024u * 1024)
#define RD_POLICY_BYTES_MAX (6u * 1024 * 1024)
#define RD_POLICY_KEPT_BYTES_MAX (64u * 1024 * 1024) /* what is kept of a judged policy */
#define RD_LUA_HEAP_BYTES_MAX (256u * 1024 * 1024)
#define RD_LUA_INSTRUCTIONS_MAX 1000000        /* one guard or action */
#define RD_LUA_LOAD_INSTRUCTIONS_MAX 600000000 /* loading and checking a whole policy */
#define RD_LUA_TIME_MS_MAX 50                  /* one guard or action */
/* C-side work (bytes touched) of one guard or action */
#define RD_LUA_TEXT_WORK_MAX (4u * 1024 * 1024)
#define RD_LUA_CHURN_BYTES_MAX                                                                     \
    (16u * 1024 * 1024) /* taken from the allocator by one of them, freed or not */
/* One text that company code makes: two fields full. Comparing it may take 5 ns a byte (texts of
 * NULs), and that is one instruction. */
#define RD_LUA_TEXT_BYTES_MAX (128u * 1024)
/* one piece of memory of it: the places of a table */
#define RD_LUA_BLOCK_BYTES_MAX (8u * 1024 * 1024)
#define RD_LUA_RESULT_NODES_MAX 10000 /* values in what one of them returns */
#define RD_LUA_LOAD_TIME_MS_MAX 20000 /* loading and checking a whole policy */
#define RD_LUA_LOAD_TEXT_WORK_MAX (1024ll * 1024 * 1024)
#define RD_LUA_NORMAL_NODES_MAX 2000000 /* values in the normal form of a policy */
#define RD_LUA_NORMAL_BYTES_MAX (32u * 1024 * 1024)
/* what is remembered of the calls of one function, and of all functions of a policy */
#define RD_MEMO_STEPS_MAX 16    /* facts that a call reads */
#define RD_MEMO_BRANCHES_MAX 16 /* values of one fact; a power of two */
#define RD_MEMO_LEAVES_MAX 64   /* results */
#define RD_MEMO_TEXT_MAX 64     /* bytes of a fact */
#define RD_MEMO_RESULT_BYTES_MAX 2048
#define RD_MEMO_BYTES_MAX (4u * 1024 * 1024)
#define RD_PAST_STEPS_MAX 8000000 /* acts of a history that a simulation is fitted to */
#define RD_LUA_SPREAD_MAX 250     /* values that unpack, byte or codepoint give at once */

#endif
