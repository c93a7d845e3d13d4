/* Normal forms. Pure functions of the text: the store's indexes are made of them, and must come out
 * the same on every machine and after every rebuild; so no locale, and no library whose tables grow
 * from one version to the next.
 *
 * Letters are folded by Unicode's simple case folding for the scripts that have cases and are in
 * use in names: Latin, Greek, Cyrillic, Armenian; full-width forms become the ordinary ones. A
 * blank beside a Chinese character (or kana, or hangul) says nothing and goes; elsewhere runs of
 * blanks are one blank.
 */
#include "domain/normal.h"

#include <string.h>

#include "base/pack.h"
#include "domain/catalogue.h"
#include "domain/model.h"

static const char *const NORMAL_NAMES[] = { "", "phone", "name", "code" };

const char *rd_normal_name(enum rd_normal normal)
{
    return NORMAL_NAMES[normal];
}

bool rd_normal_find(const char *name, enum rd_normal *out)
{
    for (int i = RD_NORMAL_PHONE; i <= RD_NORMAL_CODE; i++)
        if (strcmp(NORMAL_NAMES[i], name) == 0) {
            *out = (enum rd_normal)i;
            return true;
        }
    return false;
}

const char *rd_normal_field(struct rd_arena *arena, const struct rd_field *field)
{
    if (field->type.normal == RD_NORMAL_NONE)
        return field->name;
    return rd_arena_printf(arena, "%s%c%s", field->name, RD_NORMAL_SIGN,
                           rd_normal_name(field->type.normal));
}

/* ---- letters ---- */

/* The next letter of a UTF-8 text, which was checked when it came in; a stray byte is itself. */
static uint32_t normal_letter(const char **at, const char *end)
{
    const unsigned char *s = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at), len = s[0] < 0x80   ? 1
                                             : s[0] < 0xE0 ? 2
                                             : s[0] < 0xF0 ? 3
                                                           : 4;
    if (len == 1 || s[0] < 0xC0 || len > left) {
        ++*at;
        return s[0];
    }
    uint32_t letter = s[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++)
        letter = letter << 6 | (s[i] & 0x3F);
    *at += len;
    return letter;
}

static void normal_put(struct rd_buf *out, uint32_t letter)
{
    if (letter < 0x80) {
        rd_buf_char(out, (char)letter);
    } else if (letter < 0x800) {
        rd_buf_char(out, (char)(0xC0 | letter >> 6));
        rd_buf_char(out, (char)(0x80 | (letter & 0x3F)));
    } else if (letter < 0x10000) {
        rd_buf_char(out, (char)(0xE0 | letter >> 12));
        rd_buf_char(out, (char)(0x80 | (letter >> 6 & 0x3F)));
        rd_buf_char(out, (char)(0x80 | (letter & 0x3F)));
    } else {
        rd_buf_char(out, (char)(0xF0 | letter >> 18));
        rd_buf_char(out, (char)(0x80 | (letter >> 12 & 0x3F)));
        rd_buf_char(out, (char)(0x80 | (letter >> 6 & 0x3F)));
        rd_buf_char(out, (char)(0x80 | (letter & 0x3F)));
    }
}

/* Full-width forms (U+FF01..FF5E) are ASCII, 0x20 further down; the ideographic blank is a blank.
 */
static uint32_t normal_narrow(uint32_t letter)
{
    if (letter >= 0xFF01 && letter <= 0xFF5E)
        return letter - 0xFEE0;
    return letter == 0x3000 ? ' ' : letter;
}

static bool normal_blank(uint32_t letter)
{
    return letter == ' ' || (letter >= 9 && letter <= 13) || letter == 0xA0 || letter == 0x1680 ||
           (letter >= 0x2000 && letter <= 0x200B) || letter == 0x202F || letter == 0x205F ||
           letter == 0xFEFF;
}

static bool normal_dash(uint32_t letter)
{
    return letter == '-' || (letter >= 0x2010 && letter <= 0x2015) || letter == 0x2212 ||
           letter == 0xFE63;
}

/* Ranges of capitals: a fixed way to their small letters, or pairs in which every other letter is a
 * capital (step 2: the small one follows it). */
static const struct {
    uint32_t first, last;
    int32_t way;
    uint32_t step;
} FOLDS[] = {
    { 0x41, 0x5A, 32, 1 },    { 0xC0, 0xD6, 32, 1 },     { 0xD8, 0xDE, 32, 1 },
    { 0x100, 0x12E, 1, 2 },   { 0x132, 0x136, 1, 2 },    { 0x139, 0x147, 1, 2 },
    { 0x14A, 0x176, 1, 2 },   { 0x178, 0x178, -121, 1 }, { 0x179, 0x17D, 1, 2 },
    { 0x1CD, 0x1DB, 1, 2 },   { 0x1DE, 0x1EE, 1, 2 },    { 0x1F8, 0x21E, 1, 2 },
    { 0x222, 0x232, 1, 2 },   { 0x386, 0x386, 38, 1 },   { 0x388, 0x38A, 37, 1 },
    { 0x38C, 0x38C, 64, 1 },  { 0x38E, 0x38F, 63, 1 },   { 0x391, 0x3A1, 32, 1 },
    { 0x3A3, 0x3AB, 32, 1 },  { 0x3C2, 0x3C2, 1, 1 },    { 0x400, 0x40F, 80, 1 },
    { 0x410, 0x42F, 32, 1 },  { 0x460, 0x480, 1, 2 },    { 0x48A, 0x4BE, 1, 2 },
    { 0x4C1, 0x4CD, 1, 2 },   { 0x4D0, 0x52E, 1, 2 },    { 0x531, 0x556, 48, 1 },
    { 0x1E00, 0x1E94, 1, 2 }, { 0x1EA0, 0x1EFE, 1, 2 },
};

static uint32_t normal_fold(uint32_t letter)
{
    for (size_t i = 0; i < sizeof FOLDS / sizeof *FOLDS && letter >= FOLDS[i].first; i++)
        if (letter <= FOLDS[i].last)
            return (letter - FOLDS[i].first) % FOLDS[i].step == 0
                       ? (uint32_t)((int32_t)letter + FOLDS[i].way)
                       : letter;
    return letter;
}

/* Scripts that are written without blanks between words. */
static bool normal_unspaced(uint32_t letter)
{
    return (letter >= 0x2E80 && letter <= 0x9FFF) || (letter >= 0xAC00 && letter <= 0xD7A3) ||
           (letter >= 0xF900 && letter <= 0xFAFF) || (letter >= 0x20000 && letter <= 0x3FFFF);
}

/* The dots between the parts of a name. */
static bool normal_dot(uint32_t letter)
{
    return letter == 0xB7 || letter == 0x2022 || letter == 0x2027 || letter == 0x30FB ||
           letter == 0xFF65;
}

static void normal_name_write(const char *at, const char *end, struct rd_buf *out)
{
    uint32_t before = 0;
    bool blank = false;
    while (at < end) {
        uint32_t letter = normal_fold(normal_narrow(normal_letter(&at, end)));
        if (normal_blank(letter)) {
            blank = true;
            continue;
        }
        if (normal_dot(letter))
            letter = 0xB7;
        if (blank && before && before != 0xB7 && letter != 0xB7 && !normal_unspaced(before) &&
            !normal_unspaced(letter))
            rd_buf_char(out, ' ');
        normal_put(out, letter);
        before = letter;
        blank = false;
    }
}

static void normal_code_write(const char *at, const char *end, struct rd_buf *out)
{
    while (at < end) {
        uint32_t letter = normal_narrow(normal_letter(&at, end));
        if (normal_blank(letter) || normal_dash(letter))
            continue;
        normal_put(out, letter >= 'a' && letter <= 'z' ? letter - 32 : letter);
    }
}

/* ---- telephone numbers ---- */

#define PHONE_DIGITS_MAX 64

struct phone {
    char digits[PHONE_DIGITS_MAX]; /* of the number itself */
    size_t count;
    char extension[PHONE_DIGITS_MAX];
    size_t extension_count;
    size_t group; /* digits since the last dash, and how many dashes there were */
    size_t dashes;
    bool plus, extended;
};

/* Whether an extension begins here: "转", "分机", "x", "ext", "#". */
static bool phone_extends(uint32_t letter)
{
    return letter == 0x8F6C || letter == 0x8F49 || letter == 0x5206 || letter == 'x' ||
           letter == 'e' || letter == '#' || letter == ';';
}

static void phone_read(const char *at, const char *end, struct phone *phone)
{
    while (at < end) {
        uint32_t letter = normal_fold(normal_narrow(normal_letter(&at, end)));
        bool digit = letter >= '0' && letter <= '9';
        if (letter == '+' && phone->count == 0)
            phone->plus = true;
        if (phone->count > 0 && phone_extends(letter))
            phone->extended = true;
        if (normal_dash(letter) && phone->count > 0 && !phone->extended) {
            phone->dashes++;
            phone->group = 0;
        }
        if (digit && phone->extended && phone->extension_count < PHONE_DIGITS_MAX)
            phone->extension[phone->extension_count++] = (char)letter;
        else if (digit && !phone->extended && phone->count < PHONE_DIGITS_MAX) {
            phone->digits[phone->count++] = (char)letter;
            phone->group++;
        }
    }
}

/* "020-88887777-801": the third group of a number with an area code is an extension. */
static void phone_last_group(struct phone *phone)
{
    if (phone->extended || phone->dashes != 2 || phone->digits[0] != '0' || phone->group > 5 ||
        phone->group == 0 || phone->count - phone->group < 10 || phone->plus ||
        phone->digits[1] == '0')
        return;
    phone->count -= phone->group;
    memcpy(phone->extension, phone->digits + phone->count, phone->group);
    phone->extension_count = phone->group;
}

static void phone_drop(struct phone *phone, size_t count)
{
    phone->count -= count;
    memmove(phone->digits, phone->digits + count, phone->count);
}

/* Numbers of this country are written without its code: a mobile's, a service number's as they are,
 * others with the 0 before the area. */
static void phone_home(struct phone *phone)
{
    bool plain = phone->digits[0] == '0' || (phone->digits[0] == '1' && phone->count == 11) ||
                 ((phone->digits[0] == '4' || phone->digits[0] == '8') && phone->count == 10 &&
                  memcmp(phone->digits + 1, "00", 2) == 0) ||
                 phone->count < 9 || phone->count == PHONE_DIGITS_MAX;
    if (plain)
        return;
    memmove(phone->digits + 1, phone->digits, phone->count++);
    phone->digits[0] = '0';
}

static void normal_phone_write(const char *at, const char *end, struct rd_buf *out)
{
    struct phone phone = { .count = 0 };
    phone_read(at, end, &phone);
    phone_last_group(&phone);
    if (!phone.plus && phone.count > 4 && memcmp(phone.digits, "00", 2) == 0) {
        phone.plus = true;
        phone_drop(&phone, 2);
    }
    if (phone.plus && phone.count > 4 && memcmp(phone.digits, "86", 2) == 0) {
        phone.plus = false;
        phone_drop(&phone, 2);
        phone_home(&phone);
    }
    if (phone.count == 0)
        return;
    if (phone.plus)
        rd_buf_char(out, '+');
    rd_buf_append(out, phone.digits, phone.count);
    if (phone.extension_count) {
        rd_buf_char(out, ';');
        rd_buf_append(out, phone.extension, phone.extension_count);
    }
}

/* ---- comparing ---- */

struct rd_value rd_normal_value(enum rd_normal normal, const struct rd_value *value,
                                struct rd_arena *arena)
{
    struct rd_buf out;
    if (normal == RD_NORMAL_NONE || value->kind != RD_TEXT)
        return *value;
    const char *end = value->text + value->count;
    rd_buf_init(&out);
    if (normal == RD_NORMAL_PHONE)
        normal_phone_write(value->text, end, &out);
    else if (normal == RD_NORMAL_NAME)
        normal_name_write(value->text, end, &out);
    else
        normal_code_write(value->text, end, &out);
    struct rd_value made = out.len ? rd_text_copy(arena, out.data, out.len) : *value;
    rd_buf_fini(&out);
    return made;
}

bool rd_normal_equal(const struct rd_type *type, const struct rd_value *a, const struct rd_value *b)
{
    struct rd_arena scratch;
    if (!type || type->normal == RD_NORMAL_NONE || rd_value_equal(a, b))
        return rd_value_equal(a, b);
    rd_arena_init(&scratch);
    struct rd_value first = rd_normal_value(type->normal, a, &scratch),
                    second = rd_normal_value(type->normal, b, &scratch);
    bool equal = rd_value_equal(&first, &second);
    rd_arena_fini(&scratch);
    return equal;
}

bool rd_normal_slot(const struct rd_record_type *type, const struct rd_type_index *index,
                    const struct rd_value *const *values, struct rd_arena *arena,
                    struct rd_buf *scratch, unsigned char slot[RD_INDEX_VALUE_BYTES])
{
    struct rd_value made[RD_CATALOGUE_INDEX_FIELDS_MAX];
    const struct rd_value *forms[RD_CATALOGUE_INDEX_FIELDS_MAX];
    if (index->field_count == 0)
        return rd_index_slot(values, 1, scratch, slot);
    for (size_t i = 0; i < index->field_count; i++) {
        forms[i] = values[i];
        if (!values[i] || type->fields[index->fields[i]].type.normal == RD_NORMAL_NONE)
            continue;
        made[i] = rd_normal_value(type->fields[index->fields[i]].type.normal, values[i], arena);
        forms[i] = &made[i];
    }
    return rd_index_slot(forms, index->field_count, scratch, slot);
}
