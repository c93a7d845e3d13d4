/* Persons: whose texts are sealed with whose key, and how they are erased. Inside the kernel only.
 *
 *   a plan that stands ─▶ seal.c: personal texts of the entry ─▶ journal, store, standby, backups
 *   person.erase ─▶ entry ─▶ flushed, and the store committed behind it ─▶ key destroyed
 */
#ifndef RD_KERNEL_PERSON_H
#define RD_KERNEL_PERSON_H

#include "kernel/inside.h"

/* Finds the keys of the data directory, for all that is read from here on. */
void rd_person_open(struct rd_kernel *kernel, const char *data_dir);
void rd_person_close(struct rd_kernel *kernel);
/* Whether keys are there: of the first and last records of each type that tells of persons, whose
 * texts can't be read since there is no key? Their number is kernel->keys_missing. As long as it is
 * not 0, nobody who was there before gets a new key (RD_KEY_MISSING): with two keys, one half of
 * his texts could never be read again when the keys come back. */
enum rd_status rd_person_look(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;

/* seal.c */
/* Whose the draft's personal texts are: its own, or of the person that its record names. */
uint64_t rd_person_of(const struct rd_draft *draft);
/* Seals a text that was just filled in (rd_template_fill), where it shows what is personal of
 * another record (run->shown): a letter of a complaint goes with the customer whose name it begins
 * with. A text that shows two persons goes with the last. */
enum rd_status rd_person_seal_shown(struct rd_run *run, struct rd_value *text) RD_MUST_CHECK;
/* Seals what is personal in a letter that a template was just filled in for (run->tells); the
 * template's own words stand open. It goes with the draft's person, or with whose field it shows
 * (run->shown). */
enum rd_status rd_person_seal_letter(struct rd_run *run, const struct rd_draft *draft,
                                     struct rd_value *text) RD_MUST_CHECK;
/* Seals what is personal of an entry that is about to be written: in forms, facts, reasons, fields
 * and notices. `draft`: the record that was asked for. A dry run only asks whether it could be.
 * RD_ERASED where it tells of somebody who was erased. */
enum rd_status rd_person_seal(struct rd_run *run, struct rd_draft *draft,
                              struct rd_value *effects) RD_MUST_CHECK;
/* The same of a refusal, which is written down in any case: what can't be sealed, since it tells of
 * a record that never came into being, is left out. The sentence goes with it where it repeats what
 * a rule put together, and of a rule that failed. */
void rd_person_seal_refusal(struct rd_run *run, enum rd_status status,
                            struct rd_command_entry *entry);

/* Persons whose texts an entry holds, the first time that each is met. */
struct rd_person_met {
    struct rd_keys *keys;
    struct rd_arena *arena;
    uint64_t *persons;
    unsigned char (*of)[32]; /* their keys, where they are known */
    size_t count, cap;
    bool missing; /* only those of whom no key is known are taken down */
};
/* Unpacks an entry (whose names are known), and takes down who is met; keys are those of
 * `met->keys`. */
enum rd_status rd_person_meet(struct rd_kernel *kernel, const void *payload, size_t len,
                              struct rd_person_met *met, struct rd_error *error) RD_MUST_CHECK;
/* A page of the journal for a standby: the keys of whom it tells, { person: key in base64 }. */
struct rd_value rd_person_keys_shown(const struct rd_person_met *met, struct rd_arena *arena);
/* On a standby, before the entry is taken over: the keys that are missing for it, from what came
 * with the page ({ person: key }), or from the data directory of the server that is followed. */
enum rd_status rd_person_keys_take(struct rd_kernel *kernel, const void *payload, size_t len,
                                   const struct rd_value *came, const char *from_dir,
                                   struct rd_arena *arena, struct rd_error *error) RD_MUST_CHECK;

/* person.c */
enum rd_status rd_method_person_erase(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_person_confirm(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_person_list(struct rd_kernel *kernel, struct rd_request *request);
/* Destroys the keys of everybody who was erased, where that is still to do: the store is committed
 * behind the entries first. For starts, and for a standby that takes such an entry over. */
enum rd_status rd_person_finish(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;

#endif
