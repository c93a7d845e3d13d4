/* Ledgers: append-only records of money, one account a record of another type. Each entry is a
 * record like any other (it is read, listed, indexed and explained as one), but only the effects
 * post and reverse write it, once, and nothing changes it afterwards. */
#ifndef RD_DOMAIN_LEDGER_H
#define RD_DOMAIN_LEDGER_H

#include "domain/model.h"
#include "store/store.h"
#include "store/tables.h"

struct rd_ledger {
    const char *name, *file;
    int line;
    const struct rd_record_type *type;   /* of its entries; has the ledger's name */
    const struct rd_record_type *of;     /* whose accounts it keeps */
    int by_account, by_key, by_reverses; /* the entry type's indexes over these fields */
};

/* Fields of an entry, in this order. */
enum rd_ledger_field {
    RD_LEDGER_ACCOUNT,  /* reference: the account */
    RD_LEDGER_AMOUNT,   /* money, signed, never 0 */
    RD_LEDGER_KIND,     /* choice */
    RD_LEDGER_KEY,      /* text, unique: what makes it once and only once */
    RD_LEDGER_SOURCE,   /* text: id of the record whose rule posted it */
    RD_LEDGER_REVERSES, /* reference, unique: the entry that this one takes back */
    RD_LEDGER_NOTE,
    RD_LEDGER_FIELDS
};
extern const char *const RD_LEDGER_NAMES[RD_LEDGER_FIELDS];

#define RD_LEDGER_KEY_MAX 160 /* code points of an entry's key */
#define RD_LEDGER_REVERSAL                                                                         \
    "reversal:" /* a counter-entry's key: this, and the key it takes back                          \
                 */

/* The normal form's records, and behind them one more for each of its ledgers: what the model then
 * builds its types from. In the model's arena. */
struct rd_value rd_ledgers_records(struct rd_model *model, const struct rd_value *normal);
/* Joins ledgers, their entry types and the types of their accounts, once all types are built. */
void rd_ledgers_build(struct rd_model *model, const struct rd_value *normal,
                      struct rd_findings *findings);
/* By name; NULL where there is none. */
const struct rd_ledger *rd_ledger_find(const struct rd_model *model, const char *name);

/* What an account has: kept in the table LEDGER, proved from the entries. */
struct rd_balance {
    int64_t minor, entries;
};
/* The key of an account: the entry type's number, the account's record. */
struct rd_key16 rd_balance_key(uint16_t type, struct rd_id account);
/* Zeros where nothing was ever posted. */
enum rd_status rd_balance_read(struct rd_store *store, uint16_t type, struct rd_id account,
                               struct rd_balance *out, struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_balance_write(struct rd_store *store, uint16_t type, struct rd_id account,
                                const struct rd_balance *balance,
                                struct rd_error *error) RD_MUST_CHECK;

#endif
