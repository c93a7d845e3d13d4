/* Entries: what a command leaves in the journal: who, when, on what, with which form, from which
 * facts, by which rules, and every effect. Everything in the store is made from these, and nothing
 * else.
 *
 * An entry is one packed list of fixed places; effects are lists whose first item is their kind.
 * Names of the policy stand in it by number (base/names.h). An entry that is the first to hold a
 * name says its number in front of everything else, so that who reads from the first entry on
 * knows them all.
 */
#ifndef RD_DOMAIN_ENTRY_H
#define RD_DOMAIN_ENTRY_H

#include "base/buf.h"
#include "domain/record.h"

enum rd_effect_kind {
    RD_EFFECT_RECORD = 1,   /* [1, id, version, state|null, escalation, {field: value}, lane,
                               opened?]; opened = [number|null, opened_by, year, serial] */
    RD_EFFECT_DEADLINE = 2, /* [2, record, row] start or change */
    RD_EFFECT_RING_OFF = 3, /* [3, record, name] stop */
    RD_EFFECT_LINK = 4,     /* [4, from, name, to] */
    RD_EFFECT_NOTICE = 5,   /* [5, number, record, [addressee...], text, by rule, deliver at?,
                               calendar?]; the last two where it waits for contact hours */
    RD_EFFECT_TYPE = 6,     /* [6, number, name] */
    RD_EFFECT_INDEX = 7,    /* [7, number, type, name, [field...]] */
    RD_EFFECT_POLICY = 8,   /* [8, generation, hash, {path: text}] */
    RD_EFFECT_TOKEN = 9, /* [9, hash, account, made at, by, expires at (0: never), [scope...]|null,
                            label|null]; of older entries the first three */
    RD_EFFECT_LANE = 10, /* [10, record] the record's deadlines join the live agenda */
    RD_EFFECT_SCHEDULE = 11, /* [11, name, at, record] occurrences up to `at` are dealt with, and
                                have started the record; 0: none */
    RD_EFFECT_REPLAN = 12,   /* [12, 1|0] planning all deadlines anew begins, is done */
    RD_EFFECT_POST = 13,     /* [13, type of the entry, account, amount, balance, entries]: what the
                                account has with this entry, proved when it is applied */
    RD_EFFECT_JOB = 14,      /* [14, number, "begin", spec], [14, number, "step", opened at, record,
                                done?], [14, number, "end"]: domain/job.h */
    RD_EFFECT_TALLY = 15,    /* [15, type's name, owner's field|null, [open state...]] from here on
                                the type's open records are counted by owner; null: no longer */
    RD_EFFECT_TOKEN_USED = 16, /* [16, hash, at] */
    RD_EFFECT_TOKEN_END = 17,  /* [17, hash] it is nobody's any more */
    RD_EFFECT_EPOCH = 22,      /* [22, epoch] a standby was promoted: the next epoch begins */
    RD_EFFECT_ERASE = 30,      /* [30, person, [id...]] the keys of these are destroyed */
    RD_EFFECT_ERASING = 31,    /* [31, person, about|null] it waits for a second person; null: no
                                  longer */
    RD_EFFECT_PROPOSAL = 24, /* [24, number, [hash, {path: text}, about]|null, why?] a policy waits
                                for a second person; null: no longer */
};

#define RD_TOKEN_MADE                                                                              \
    8 /* items of a token's row that its making gives; behind them: last used at */
#define RD_ENTRY_QUIET 1 /* imported: nobody is notified */
#define RD_ENTRY_PAST 2  /* at an earlier time than the entry before: the clock does not follow */

struct rd_command_entry {
    int64_t at_ms;
    const char *actor, *behind; /* behind: the administrator who acted as `actor`, or NULL */
    const char *behalf;         /* whom the actor stood in for, by whose right he did it; NULL */
    const char *command;        /* "complaint.verify", "ring", "policy.activate" */
    struct rd_id record;        /* the one that was asked for; 0: none */
    uint32_t version;           /* its version after this; 0 where it was not changed (a refusal) */
    struct rd_value form, facts;
    struct rd_value decisions; /* [[rule, place, outcome, reason|null], ...] */
    struct rd_value effects;
    uint32_t generation;
    uint64_t prev_position, prev_seq; /* of the same record's entry before; 0: the first */
    const char *key;                  /* idempotency key, or NULL */
    uint64_t request_hash;            /* of method and parameters, with a key */
    uint32_t flags;
    const char *refused;           /* the status' wire name, or NULL: carried out */
    const char *reason;            /* of a refusal */
    struct rd_value reason_sealed; /* packed in its place where it tells of a person; or null */
    /* the numbers that it gives to names: this one and so many behind it (packing fills it in) */
    uint32_t names_from, names_count;
};

/* Packs the entry into `out`, which is cleared first; names that have no number yet get one. Where
 * the entry is not journalled after all, the caller takes the numbers back (rd_names_cut, or the
 * catalogue loaded anew). */
void rd_entry_pack(struct rd_command_entry *entry, struct rd_names *names, struct rd_buf *out);
/* The entry in the arena; its texts that are names are symbols. Numbers that it gives, and that
 * nobody has yet, are entered into `names`. RD_CORRUPT where the bytes are no entry. */
enum rd_status rd_entry_unpack(const void *payload, size_t len, struct rd_names *names,
                               struct rd_arena *arena, struct rd_command_entry *out,
                               struct rd_error *error) RD_MUST_CHECK;

/* The key in IDEMPOTENCY of an actor's key. */
struct rd_key16 rd_idempotency_key(const char *actor, const char *key, struct rd_buf *scratch);
/* Keys that begin so are an import's natural keys and never expire. */
#define RD_KEY_NATURAL "import:"

#endif
