/* Normal forms of texts: what is spelled in many ways and means one thing. A telephone number, a
 * name, a code is compared, searched and counted as its normal form; stored and shown is what was
 * typed.
 *
 *   phone  "+86 (138) 0000-0001", "0086 13800000001"  ─▶ "13800000001"
 *          "(020) 8888-7777 转 12"                     ─▶ "02088887777;12"
 *          "+1 650 253 0000"                           ─▶ "+16502530000"
 *   name   "ＡＣＭＥ　 Ltd", "acme ltd"                 ─▶ "acme ltd";  "李 伟" ─▶ "李伟"
 *   code   "ab-12 34"                                  ─▶ "AB1234"
 *
 * An index holds normal forms, and is named by them (RD_NORMAL_SIGN): were one of these forms to
 * change, it would get a name of its own, and a new index would be made of the records. */
#ifndef RD_DOMAIN_NORMAL_H
#define RD_DOMAIN_NORMAL_H

#include "base/buf.h"
#include "domain/type.h"
#include "store/tables.h"

struct rd_record_type;
struct rd_type_index;

/* Between a field's name and its normal form's in the name of an index: "phone~phone". */
#define RD_NORMAL_SIGN '~'

/* "phone", "name", "code"; "" for none. */
const char *rd_normal_name(enum rd_normal normal);
/* The other way; false where there is no such form. */
bool rd_normal_find(const char *name, enum rd_normal *out);
/* A field as indexes name it: "phone", "phone~phone". In the arena. */
const char *rd_normal_field(struct rd_arena *arena, const struct rd_field *field);
/* The normal form of a text, made in the arena; other values, and texts of which nothing would be
 * left ("n/a" as a phone), are given back as they are. */
struct rd_value rd_normal_value(enum rd_normal normal, const struct rd_value *value,
                                struct rd_arena *arena);
/* Whether two inside values of the type are the same to those who compare them; `type` may be NULL
 * (plain equality). */
bool rd_normal_equal(const struct rd_type *type, const struct rd_value *a,
                     const struct rd_value *b);
/* As rd_index_slot (catalogue.h), for one of the type's indexes: with normal forms where its fields
 * have them. `values` are as they are stored, in the index's order. */
bool rd_normal_slot(const struct rd_record_type *type, const struct rd_type_index *index,
                    const struct rd_value *const *values, struct rd_arena *arena,
                    struct rd_buf *scratch, unsigned char slot[RD_INDEX_VALUE_BYTES]);

#endif
