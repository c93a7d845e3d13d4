/* Sealed texts: there and back with the key, nothing without it; and the keys of a directory: drawn
 * ahead, found again, destroyed for ever. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/pack.h"
#include "base/sealed.h"
#include "store/keys.h"
#include "unit/unit.h"

#define PERSON(type, number) (((uint64_t)(type) << 48) | (number))

static struct rd_arena arena;
static struct rd_buf buf;
static struct rd_names names;
static char dir[UNIT_DIR_MAX];
static struct rd_keys *keys;
static struct rd_error error;

static void setup(void)
{
    rd_arena_init(&arena);
    rd_buf_init(&buf);
    rd_names_init(&names, NULL);
    unit_dir_make(dir);
    keys = rd_keys_new(dir);
    names.sealer = rd_keys_sealer(keys);
    error = RD_ERROR_NONE;
}

static void teardown(void)
{
    rd_keys_free(keys);
    rd_names_fini(&names);
    rd_buf_fini(&buf);
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

static void again(void)
{
    rd_keys_free(keys);
    keys = rd_keys_new(dir);
    names.sealer = rd_keys_sealer(keys);
}

static struct rd_value sealed(uint64_t person, const char *text)
{
    unsigned char key[RD_SEAL_KEY_BYTES];
    struct rd_value value = rd_text(text);
    ck_assert_msg(rd_keys_give(keys, person, key, &error) == RD_OK, "%s", error.text);
    return rd_seal(&arena, &value, person, key);
}

/* Packed with names and read back. */
static struct rd_value kept(const struct rd_value *value)
{
    struct rd_value back;
    rd_buf_clear(&buf);
    rd_pack_write_named(&buf, value, &names);
    ck_assert_msg(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, &error) == RD_OK,
                  "%s", error.text);
    return back;
}

START_TEST(letters_come_back_with_the_key_and_are_not_among_the_bytes)
{
    struct rd_value value = sealed(PERSON(5, 1), "Li Lei, 12 Long Street"), back = kept(&value);
    ck_assert(rd_text_is_sealed(&value) && !rd_text_is_lost(&value));
    ck_assert_str_eq(value.text, "Li Lei, 12 Long Street");
    ck_assert_ptr_null(memmem(buf.data, buf.len, "Li Lei", 6));
    ck_assert_ptr_null(memmem(buf.data, buf.len, "Street", 6));
    ck_assert_str_eq(back.text, "Li Lei, 12 Long Street");
    ck_assert_uint_eq(back.count, strlen(back.text));
    ck_assert(rd_text_is_sealed(&back) && rd_value_equal(&value, &back));
    ck_assert_uint_eq(rd_sealed_person(&back), PERSON(5, 1));
}
END_TEST

START_TEST(the_same_text_of_the_same_person_is_the_same_bytes)
{
    struct rd_value one = sealed(PERSON(5, 1), "13800000000"),
                    same = sealed(PERSON(5, 1), "13800000000"),
                    other = sealed(PERSON(5, 2), "13800000000");
    size_t len, more;
    const char *bytes = rd_sealed_bytes(&one, &len);
    ck_assert_mem_eq(bytes, rd_sealed_bytes(&same, &more), len);
    ck_assert_uint_eq(len, more);
    ck_assert_mem_ne(bytes + 8, rd_sealed_bytes(&other, &more) + 8, len - 8);
}
END_TEST

START_TEST(what_is_read_is_written_again_as_it_was)
{
    const char *texts[] = { "", "a", "中文姓名",
                            "0123456789012345678901234567890123456789012345678901234567890123456789"
                            "0123456789012345678901234567890123456789012345678901234567890123456789"
                            "0123456789012345678901234567890123456789012345678901234567890123456789"
                            "01234567890123456789012345678901234567890123456789" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct rd_value value = sealed(PERSON(7, 9), texts[i]), list = rd_list();
        rd_list_add(&arena, &list, rd_int(7));
        rd_list_add(&arena, &list, value);
        rd_list_add(&arena, &list, rd_text("open"));
        struct rd_value back = kept(&list), copy;
        struct rd_arena second;
        struct rd_buf before = buf;
        rd_buf_init(&buf);
        rd_arena_init(&second);
        copy = rd_value_copy(&second, &back); /* a copy takes what it is stored as with it */
        ck_assert_str_eq(kept(&copy).items[1].text, texts[i]);
        ck_assert_uint_eq(buf.len, before.len);
        ck_assert_mem_eq(buf.data, before.data, buf.len);
        rd_arena_fini(&second);
        rd_buf_fini(&before);
    }
}
END_TEST

START_TEST(without_names_it_is_its_letters)
{
    struct rd_value value = sealed(PERSON(5, 1), "Li"), plain = rd_text("Li");
    struct rd_buf other;
    rd_buf_init(&other);
    rd_pack_write(&buf, &value);
    rd_pack_write(&other, &plain);
    ck_assert_uint_eq(buf.len, other.len);
    ck_assert_mem_eq(buf.data, other.data, buf.len);
    rd_buf_fini(&other);
}
END_TEST

START_TEST(without_the_key_it_says_why_and_stays_what_it_was)
{
    struct rd_value value = sealed(PERSON(5, 1), "Li Lei"), back;
    uint64_t person = PERSON(5, 1);
    rd_pack_write_named(&buf, &value, &names);
    struct rd_buf bytes = buf;
    rd_buf_init(&buf);
    names.sealer.find = NULL;
    ck_assert_int_eq(rd_pack_read_named(&arena, bytes.data, bytes.len, &names, &back, &error),
                     RD_OK);
    ck_assert_str_eq(back.text, RD_SEALED_AWAY);
    ck_assert(rd_text_is_lost(&back));
    names.sealer = rd_keys_sealer(keys);
    ck_assert_int_eq(rd_keys_destroy(keys, &person, 1, &error), RD_OK);
    ck_assert_int_eq(rd_pack_read_named(&arena, bytes.data, bytes.len, &names, &back, &error),
                     RD_OK);
    ck_assert_str_eq(back.text, RD_SEALED_ERASED);
    rd_pack_write_named(&buf, &back, &names);
    ck_assert_uint_eq(buf.len, bytes.len);
    ck_assert_mem_eq(buf.data, bytes.data, buf.len);
    rd_buf_fini(&bytes);
}
END_TEST

START_TEST(damaged_bytes_are_never_letters)
{
    struct rd_value value = sealed(PERSON(5, 1), "Li Lei"), back;
    rd_pack_write_named(&buf, &value, &names);
    for (size_t i = 0; i < buf.len; i++) {
        buf.data[i] ^= 1;
        struct rd_error why = RD_ERROR_NONE;
        enum rd_status status = rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, &why);
        ck_assert(status == RD_CORRUPT || back.kind != RD_TEXT || rd_text_is_lost(&back));
        buf.data[i] ^= 1;
    }
    for (size_t len = 0; len < buf.len; len++)
        ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, len, &names, &back, NULL),
                         RD_CORRUPT);
}
END_TEST

/* Sealed in its stretches; the text has a star before and behind each, which go. */
static struct rd_value sealed_parts(uint64_t person, const char *starred)
{
    struct rd_seal_span spans[16];
    unsigned char key[RD_SEAL_KEY_BYTES];
    char *text = rd_arena_alloc(&arena, strlen(starred) + 1);
    size_t len = 0, stars = 0;
    for (const char *at = starred; *at; at++)
        if (*at != '*')
            text[len++] = *at;
        else if (stars++ % 2 == 0)
            spans[stars / 2].from = (uint32_t)len;
        else
            spans[stars / 2 - 1].len = (uint32_t)len - spans[stars / 2 - 1].from;
    struct rd_value value = rd_text_of(text, len);
    text[len] = 0;
    ck_assert_msg(rd_keys_give(keys, person, key, &error) == RD_OK, "%s", error.text);
    return rd_seal_parts(&arena, &value, &(struct rd_seal_spans){ spans, stars / 2 }, person, key);
}

START_TEST(of_a_letter_only_what_is_personal_is_sealed)
{
    struct rd_value value = sealed_parts(PERSON(5, 1), "尊敬的*李雷*:已受理。Dear *李雷*, of *Long "
                                                       "Street*: yours, *Han*"),
                    whole = sealed(PERSON(5, 1), value.text), back = kept(&value);
    size_t len, more;
    ck_assert_str_eq(back.text, "尊敬的李雷:已受理。Dear 李雷, of Long Street: yours, Han");
    ck_assert_uint_eq(back.count, strlen(back.text));
    ck_assert(rd_text_is_sealed(&back) && !rd_text_is_lost(&back));
    ck_assert(rd_value_equal(&value, &back));
    ck_assert_uint_eq(rd_sealed_person(&back), PERSON(5, 1));
    ck_assert_ptr_nonnull(memmem(buf.data, buf.len, "Dear ", 5));
    ck_assert_ptr_null(memmem(buf.data, buf.len, "李雷", 6));
    ck_assert_ptr_null(memmem(buf.data, buf.len, "Street", 6));
    ck_assert_ptr_null(memmem(buf.data, buf.len, "Han", 3));
    /* the name stands there once: the frame, what is sealed and what sealing adds */
    rd_sealed_bytes(&value, &len);
    size_t frame = strlen("尊敬的:已受理。Dear , of : yours, ") + 5 + 2 * 4;
    ck_assert_uint_eq(len, RD_SEAL_MORE_BYTES + 1 + frame + strlen("李雷Long StreetHan"));
    /* and has nothing in common with the same text that is sealed as a whole */
    const char *parts = rd_sealed_bytes(&value, &len), *all = rd_sealed_bytes(&whole, &more);
    ck_assert_mem_ne(parts + len - 16, all + more - 16, 16);
}
END_TEST

START_TEST(parts_may_be_all_of_it_or_nothing)
{
    const char *texts[] = { "*Li Lei*", "*Li* Lei", "Li *Lei*", "*L**i*", "Li", "", "**Li" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct rd_value value = sealed_parts(PERSON(7, 9), texts[i]), back = kept(&value), copy;
        struct rd_buf before = buf;
        rd_buf_init(&buf);
        copy = rd_sealed_copy(&arena, &back);
        ck_assert_str_eq(back.text, value.text);
        ck_assert_str_eq(kept(&copy).text, value.text);
        ck_assert_uint_eq(buf.len, before.len);
        ck_assert_mem_eq(buf.data, before.data, buf.len);
        rd_buf_fini(&before);
    }
}
END_TEST

START_TEST(without_the_key_nothing_of_a_letter_is_read)
{
    struct rd_value value = sealed_parts(PERSON(5, 1), "Dear *Li Lei*, thank you."), back;
    uint64_t person = PERSON(5, 1);
    rd_pack_write_named(&buf, &value, &names);
    names.sealer.find = NULL;
    ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, &error), RD_OK);
    ck_assert_str_eq(back.text, RD_SEALED_AWAY);
    names.sealer = rd_keys_sealer(keys);
    ck_assert_int_eq(rd_keys_destroy(keys, &person, 1, &error), RD_OK);
    ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, &error), RD_OK);
    ck_assert_str_eq(back.text, RD_SEALED_ERASED);
    ck_assert(rd_text_is_lost(&back));
    ck_assert_uint_eq(rd_sealed_person(&back), person);
}
END_TEST

/* Of any one byte or of any length: it says so, or stays what it was. Open words count as well. */
START_TEST(damaged_parts_are_never_letters)
{
    struct rd_value value = sealed_parts(PERSON(5, 1), "Dear *Li*, of *Li*: *12* yours"), back;
    rd_pack_write_named(&buf, &value, &names);
    for (size_t i = 0; i < buf.len * 8; i++) {
        buf.data[i / 8] ^= (char)(1 << i % 8);
        struct rd_error why = RD_ERROR_NONE;
        enum rd_status status = rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, &why);
        ck_assert(status == RD_CORRUPT || back.kind != RD_TEXT || rd_text_is_lost(&back));
        buf.data[i / 8] ^= (char)(1 << i % 8);
    }
    for (size_t len = 0; len < buf.len; len++)
        ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, len, &names, &back, NULL),
                         RD_CORRUPT);
}
END_TEST

/* A frame that says the same letters again and again would be more than any text is. */
START_TEST(a_frame_gives_no_longer_text_than_there_may_be)
{
    const struct rd_sealer sealer = rd_keys_sealer(keys);
    struct rd_buf form;
    struct rd_value out;
    for (unsigned times = 63; times <= 65; times++) {
        rd_buf_init(&form);
        rd_buf_append(&form, "\x80\x05\0\0\0\0\0\1", 8);
        rd_buf_char(&form, (char)((times * 4 + 1) | 0x80));
        rd_buf_char(&form, (char)((times * 4 + 1) >> 7));
        for (unsigned i = 0; i < times; i++)
            rd_buf_append(&form, "\0\0\x80\x08", 4); /* no open one; from 0, 1024 of them */
        rd_buf_char(&form, 0);
        memset(rd_buf_reserve(&form, 1024 + 28), 0, 1024 + 28);
        form.len += 1024 + 28;
        ck_assert_int_eq(rd_sealed_open(&arena, form.data, form.len, &sealer, &out),
                         times * 1024 <= RD_TEXT_FIELD_BYTES_MAX);
        rd_buf_fini(&form);
    }
}
END_TEST

/* More texts than are remembered, of all lengths, in an order in which some are and some are not.
 */
START_TEST(texts_that_are_read_again_are_themselves)
{
    enum { TEXTS = 5000 };
    struct rd_value *values = rd_arena_zalloc(&arena, TEXTS, sizeof *values);
    for (size_t i = 0; i < TEXTS; i++) {
        char *text = rd_arena_printf(&arena, "%zu %0*zu", i, (int)(i % 150), i * 7919);
        values[i] = sealed(PERSON(5, 1 + i % 7), text);
    }
    for (size_t turn = 0; turn < 3 * TEXTS; turn++) {
        const struct rd_value *value = &values[turn % 3 ? turn * 17 % TEXTS : turn % 40];
        struct rd_value back = kept(value);
        ck_assert(rd_text_is_sealed(&back) && !rd_text_is_lost(&back));
        ck_assert_uint_eq(back.count, value->count);
        ck_assert_str_eq(back.text, value->text);
        ck_assert_uint_eq(rd_sealed_person(&back), rd_sealed_person(value));
    }
}
END_TEST

static enum rd_seal_key another_key(void *context, uint64_t person,
                                    unsigned char key[RD_SEAL_KEY_BYTES])
{
    (void)context;
    memset(key, (int)person, RD_SEAL_KEY_BYTES);
    return RD_SEAL_KEY_FOUND;
}

/* What was opened is seen by a wrong key, which finds nothing once a key was destroyed or put. */
START_TEST(what_was_opened_is_forgotten_when_keys_are_written)
{
    const uint64_t gone = PERSON(5, 2);
    unsigned char key[RD_SEAL_KEY_BYTES];
    const struct rd_sealer own = names.sealer;
    const struct rd_sealer wrong = { .find = another_key, .memory = own.memory };
    for (int way = 0; way < 2; way++) {
        struct rd_value value = sealed(PERSON(5, 1), "Li Lei");
        ck_assert_str_eq(kept(&value).text, "Li Lei");
        names.sealer = wrong;
        ck_assert_str_eq(kept(&value).text, "Li Lei");
        names.sealer = own;
        ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), key, &error), RD_OK);
        ck_assert_int_eq(way ? rd_keys_mend(keys, PERSON(5, 1), key, &error)
                             : rd_keys_destroy(keys, &gone, 1, &error),
                         RD_OK);
        names.sealer = wrong;
        ck_assert_str_eq(kept(&value).text, RD_SEALED_DAMAGED);
        names.sealer = own;
    }
}
END_TEST

START_TEST(a_key_of_a_map_is_never_sealed)
{
    struct rd_value value = sealed(PERSON(5, 1), "Li"), back;
    rd_buf_char(&buf, (char)0x81);
    rd_pack_write_named(&buf, &value, &names);
    rd_buf_char(&buf, 1);
    ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, NULL),
                     RD_CORRUPT);
}
END_TEST

START_TEST(keys_are_found_again_and_differ)
{
    unsigned char one[32], two[32], three[32], found[32];
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 1), found), RD_SEAL_KEY_NONE);
    ck_assert_uint_eq(rd_keys_bytes(keys), 0);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), one, &error), RD_OK);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 2 * RD_KEYS_BLOCK + 7), two, &error), RD_OK);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(6, 1), three, &error), RD_OK);
    ck_assert_mem_ne(one, two, 32);
    ck_assert_mem_ne(one, three, 32);
    ck_assert_uint_eq(rd_keys_bytes(keys), 4ull * RD_KEYS_BLOCK * 32);
    again();
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 1), found), RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, one, 32);
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 2 * RD_KEYS_BLOCK + 7), found),
                     RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, two, 32);
    /* between the two lies a block that nobody asked for */
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, RD_KEYS_BLOCK + 1), found), RD_SEAL_KEY_NONE);
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 0), found), RD_SEAL_KEY_NONE);
    ck_assert_int_eq(rd_keys_find(keys, UINT64_MAX, found), RD_SEAL_KEY_NONE);
}
END_TEST

START_TEST(a_destroyed_key_is_never_drawn_again_and_its_neighbours_stay)
{
    unsigned char key[32], neighbour[32], found[32];
    uint64_t gone[] = { PERSON(5, 3), PERSON(9, 40000) };
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 3), key, &error), RD_OK);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 4), neighbour, &error), RD_OK);
    ck_assert_int_eq(rd_keys_destroy(keys, gone, 2, &error), RD_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(rd_keys_find(keys, gone[0], found), RD_SEAL_KEY_ERASED);
        ck_assert_int_eq(rd_keys_find(keys, gone[1], found), RD_SEAL_KEY_ERASED);
        ck_assert_int_eq(rd_keys_give(keys, gone[0], found, &error), RD_ERASED);
        ck_assert_int_eq(rd_keys_give(keys, gone[1], found, &error), RD_ERASED);
        ck_assert_int_eq(rd_keys_give(keys, PERSON(9, 40001), found, &error), RD_OK);
        ck_assert_int_eq(rd_keys_give(keys, gone[1], found, &error), RD_ERASED);
        ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 4), found), RD_SEAL_KEY_FOUND);
        ck_assert_mem_eq(found, neighbour, 32);
        again();
    }
    char path[UNIT_DIR_MAX + 16];
    unsigned char bytes[RD_KEYS_BLOCK * 32];
    snprintf(path, sizeof path, "%s/keys/00005", dir);
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    close(fd);
    ck_assert_ptr_null(memmem(bytes, sizeof bytes, key, 32));
}
END_TEST

START_TEST(keys_from_elsewhere_come_in_where_there_is_none)
{
    unsigned char mine[32], found[32], theirs[2][32] = { { 1 }, { 2 } };
    uint64_t persons[] = { PERSON(5, 1), PERSON(8, 5) }, gone = PERSON(8, 6);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), mine, &error), RD_OK);
    ck_assert_int_eq(rd_keys_destroy(keys, &gone, 1, &error), RD_OK);
    ck_assert_int_eq(rd_keys_take(keys, persons, theirs, 2, &error), RD_OK);
    ck_assert_int_eq(rd_keys_take(keys, &gone, theirs, 1, &error), RD_OK);
    again();
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 1), found), RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, mine, 32);
    ck_assert_int_eq(rd_keys_find(keys, PERSON(8, 5), found), RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, theirs[1], 32);
    ck_assert_int_eq(rd_keys_find(keys, gone, found), RD_SEAL_KEY_ERASED);
}
END_TEST

START_TEST(a_repair_puts_a_key_over_another_but_never_over_one_that_was_destroyed)
{
    unsigned char key[32], found[32];
    uint64_t gone = PERSON(5, 3);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), key, &error), RD_OK);
    ck_assert_int_eq(rd_keys_destroy(keys, &gone, 1, &error), RD_OK);
    key[0] ^= 1;
    ck_assert_int_eq(rd_keys_mend(keys, PERSON(5, 1), key, &error), RD_OK);
    ck_assert_int_eq(rd_keys_mend(keys, PERSON(11, 2), key, &error), RD_OK); /* no file yet */
    ck_assert_int_eq(rd_keys_mend(keys, gone, key, &error), RD_ERASED);
    again();
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 1), found), RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, key, 32);
    ck_assert_int_eq(rd_keys_find(keys, PERSON(11, 2), found), RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, key, 32);
    ck_assert_int_eq(rd_keys_find(keys, gone, found), RD_SEAL_KEY_ERASED);
}
END_TEST

START_TEST(where_keys_are_missing_none_is_drawn_for_those_before)
{
    unsigned char key[32];
    rd_keys_spare(keys);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 7), key, &error), RD_OK);
    for (uint64_t i = 1; i < 7; i++)
        ck_assert_int_eq(rd_keys_find(keys, PERSON(5, i), key), RD_SEAL_KEY_NONE);
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, 8), key), RD_SEAL_KEY_FOUND);
    ck_assert_int_eq(rd_keys_find(keys, PERSON(5, RD_KEYS_BLOCK - 1), key), RD_SEAL_KEY_FOUND);
}
END_TEST

START_TEST(copies_are_whole_and_follow_what_was_destroyed)
{
    char to[UNIT_DIR_MAX + 16];
    unsigned char key[32], found[32];
    uint64_t gone = PERSON(5, 1);
    snprintf(to, sizeof to, "%s/copy", dir);
    ck_assert_int_eq(rd_keys_copy(dir, to, &error), RD_OK); /* none yet */
    ck_assert_int_eq(mkdir(to, 0700), 0);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), key, &error), RD_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(rd_keys_copy(dir, to, &error) == RD_OK, "%s", error.text);
        struct rd_keys *copy = rd_keys_new(to);
        ck_assert_int_eq(rd_keys_find(copy, PERSON(5, 1), found),
                         i ? RD_SEAL_KEY_ERASED : RD_SEAL_KEY_FOUND);
        rd_keys_free(copy);
        ck_assert_int_eq(rd_keys_destroy(keys, &gone, 1, &error), RD_OK);
    }
}
END_TEST

START_TEST(a_copy_keeps_what_the_original_lost)
{
    char to[UNIT_DIR_MAX + 16], path[UNIT_DIR_MAX + 32];
    unsigned char lost[32], kept[32], found[32];
    uint64_t gone = PERSON(5, 3);
    snprintf(to, sizeof to, "%s/copy", dir);
    ck_assert_int_eq(mkdir(to, 0700), 0);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), lost, &error), RD_OK);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, RD_KEYS_BLOCK + 1), kept, &error), RD_OK);
    ck_assert_msg(rd_keys_copy(dir, to, &error) == RD_OK, "%s", error.text);
    struct rd_keys *copy = rd_keys_new(to);
    ck_assert_int_eq(rd_keys_destroy(copy, &gone, 1, &error), RD_OK);
    rd_keys_free(copy);
    /* one key of the original becomes zeros, and its second block is cut off */
    snprintf(path, sizeof path, "%s/keys/00005", dir);
    int fd = open(path, O_WRONLY);
    ck_assert_int_eq(pwrite(fd, (unsigned char[32]){ 0 }, 32, 32), 32);
    ck_assert_int_eq(ftruncate(fd, RD_KEYS_BLOCK * 32), 0);
    close(fd);
    ck_assert_msg(rd_keys_copy(dir, to, &error) == RD_OK, "%s", error.text);
    copy = rd_keys_new(to);
    ck_assert_int_eq(rd_keys_find(copy, PERSON(5, 1), found), RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, lost, 32);
    ck_assert_int_eq(rd_keys_find(copy, PERSON(5, RD_KEYS_BLOCK + 1), found), RD_SEAL_KEY_FOUND);
    ck_assert_mem_eq(found, kept, 32);
    ck_assert_int_eq(rd_keys_find(copy, gone, found), RD_SEAL_KEY_ERASED);
    rd_keys_free(copy);
}
END_TEST

/* A backup is often kept as copies that share their files (cp -al, rsync --link-dest), and read by
 * another user than made it: by root, or on another machine. */
START_TEST(a_copy_is_made_of_files_that_are_shared_or_anothers)
{
    char to[UNIT_DIR_MAX + 16], path[UNIT_DIR_MAX + 32], link_path[UNIT_DIR_MAX + 32];
    unsigned char lost[32], found[32];
    snprintf(to, sizeof to, "%s/copy", dir);
    ck_assert_int_eq(mkdir(to, 0700), 0);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), lost, &error), RD_OK);
    snprintf(path, sizeof path, "%s/keys/00005", dir);
    snprintf(link_path, sizeof link_path, "%s/linked", dir);
    ck_assert_int_eq(link(path, link_path), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_msg(rd_keys_copy(dir, to, &error) == RD_OK, "%s", error.text);

    /* the copy as well: what the original lost stays in it, and what shares its file is left alone
     */
    snprintf(path, sizeof path, "%s/keys/00005", to);
    snprintf(link_path, sizeof link_path, "%s/shared", dir);
    ck_assert_int_eq(link(path, link_path), 0);
    snprintf(path, sizeof path, "%s/keys/00005", dir);
    ck_assert_int_eq(truncate(path, 0), 0); /* as where the disk was full */
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(rd_keys_copy(dir, to, &error) == RD_OK, "%s", error.text);
        struct rd_keys *copy = rd_keys_new(to);
        ck_assert_int_eq(rd_keys_find(copy, PERSON(5, 1), found), RD_SEAL_KEY_FOUND);
        ck_assert_mem_eq(found, lost, 32);
        rd_keys_free(copy);
    }
    snprintf(to, sizeof to, "%s/other", dir);
    ck_assert_int_eq(mkdir(to, 0700), 0);
    ck_assert_msg(rd_keys_copy(dir, to, &error) == RD_OK, "%s", error.text); /* nothing in it */
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("/etc/hostname", path), 0);
    ck_assert_int_ne(rd_keys_copy(dir, to, &error), RD_OK);
}
END_TEST

/* To open a named pipe waits for whoever writes into it: for ever. */
START_TEST(a_pipe_in_the_place_of_keys_is_told)
{
    char to[UNIT_DIR_MAX + 16], path[UNIT_DIR_MAX + 32];
    unsigned char key[32];
    snprintf(to, sizeof to, "%s/copy", dir);
    ck_assert_int_eq(mkdir(to, 0700), 0);
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), key, &error), RD_OK);
    ck_assert_int_eq(rd_keys_copy(dir, to, &error), RD_OK);
    const char *const places[] = { to, dir };
    for (int i = 0; i < 2; i++) { /* where it is copied to, and from */
        snprintf(path, sizeof path, "%s/keys/00005", places[i]);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        error = RD_ERROR_NONE;
        ck_assert_int_eq(rd_keys_copy(dir, to, &error), RD_CHECK_FAILED);
        ck_assert_msg(strstr(error.text, "is no file") != NULL, "%s", error.text);
    }
}
END_TEST

START_TEST(nobody_else_may_read_them)
{
    char path[UNIT_DIR_MAX + 16];
    unsigned char key[32];
    struct stat info;
    ck_assert_int_eq(rd_keys_give(keys, PERSON(5, 1), key, &error), RD_OK);
    snprintf(path, sizeof path, "%s/keys/00005", dir);
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sealed");
    TCase *tcase = tcase_create("sealed");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, letters_come_back_with_the_key_and_are_not_among_the_bytes);
    tcase_add_test(tcase, the_same_text_of_the_same_person_is_the_same_bytes);
    tcase_add_test(tcase, what_is_read_is_written_again_as_it_was);
    tcase_add_test(tcase, without_names_it_is_its_letters);
    tcase_add_test(tcase, without_the_key_it_says_why_and_stays_what_it_was);
    tcase_add_test(tcase, damaged_bytes_are_never_letters);
    tcase_add_test(tcase, of_a_letter_only_what_is_personal_is_sealed);
    tcase_add_test(tcase, parts_may_be_all_of_it_or_nothing);
    tcase_add_test(tcase, without_the_key_nothing_of_a_letter_is_read);
    tcase_add_test(tcase, damaged_parts_are_never_letters);
    tcase_add_test(tcase, a_frame_gives_no_longer_text_than_there_may_be);
    tcase_add_test(tcase, texts_that_are_read_again_are_themselves);
    tcase_add_test(tcase, what_was_opened_is_forgotten_when_keys_are_written);
    tcase_add_test(tcase, a_key_of_a_map_is_never_sealed);
    tcase_add_test(tcase, keys_are_found_again_and_differ);
    tcase_add_test(tcase, a_destroyed_key_is_never_drawn_again_and_its_neighbours_stay);
    tcase_add_test(tcase, keys_from_elsewhere_come_in_where_there_is_none);
    tcase_add_test(tcase, a_repair_puts_a_key_over_another_but_never_over_one_that_was_destroyed);
    tcase_add_test(tcase, where_keys_are_missing_none_is_drawn_for_those_before);
    tcase_add_test(tcase, copies_are_whole_and_follow_what_was_destroyed);
    tcase_add_test(tcase, a_copy_keeps_what_the_original_lost);
    tcase_add_test(tcase, a_copy_is_made_of_files_that_are_shared_or_anothers);
    tcase_add_test(tcase, a_pipe_in_the_place_of_keys_is_told);
    tcase_add_test(tcase, nobody_else_may_read_them);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
