/* The proof of the chain: whatever is done to the journal's files is found, and where. Bytes are
 * flipped, entries taken away, swapped, repeated, files cut off, lost and exchanged, by chance from
 * a seed: a few hundred times, and with REDRESS_LONG ten thousand bytes and as many of the rest. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/journal.h"
#include "store/packed.h"
#include "store/segment.h"
#include "unit.h"

#define SEGMENT (16u * 1024)
#define ENTRY_MAX 2048u
#define FILES_MAX 32
#define ENTRIES 180

struct frame_at {
    uint64_t seq;
    uint32_t from, to; /* in the file; of a packed one: of the block that it lies in */
};

/* A segment as it was before anything was done to it. */
struct file {
    char name[RD_SEGMENT_NAME_MAX];
    bool packed;
    unsigned char *bytes;
    size_t len, used; /* used: what the journal says, the zeros behind its end included */
    uint64_t first_seq;
    struct frame_at frames[ENTRIES];
    size_t frame_count;
};

static char dir[UNIT_DIR_MAX], journal_dir[UNIT_DIR_MAX + 16];
static struct file files[FILES_MAX];
static size_t file_count;
static unsigned char last_hash[RD_HASH_BYTES];
static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 20) % below;
}

static const char *path_of(const char *name)
{
    static char path[UNIT_DIR_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", journal_dir, name);
    return path;
}

static void put(const char *name, const unsigned char *bytes, size_t len)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static void restore(const struct file *file)
{
    put(file->name, file->bytes, file->len);
}

/* ---- a journal, half of it packed ---- */

static void append(struct rd_journal *journal, uint64_t count)
{
    struct rd_error error = RD_ERROR_NONE;
    char payload[900];
    for (uint64_t i = 0; i < count; i++) {
        struct rd_position position;
        uint64_t seq, next = rd_journal_last_seq(journal) + 1;
        size_t len = 100 + (size_t)(next * 37 % 800);
        for (size_t j = 0; j < len; j++)
            payload[j] = (char)(next * (j + 3) * 2654435761u >> 13);
        ck_assert_int_eq(rd_journal_append(journal, payload, len, &seq, &position, &error), RD_OK);
        if (i % 3 == 2 || i + 1 == count)
            ck_assert_int_eq(rd_journal_flush(journal, &error), RD_OK);
    }
}

static void make_journal(void)
{
    struct rd_journal_options options = { .segment_bytes = SEGMENT, .entry_bytes_max = ENTRY_MAX };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal;
    ck_assert_msg(rd_journal_open(journal_dir, &options, &journal, NULL, &error) == RD_OK, "%s",
                  error.text);
    append(journal, ENTRIES / 2);
    while (rd_journal_idle(journal))
        ;
    append(journal, ENTRIES - ENTRIES / 2);
    memcpy(last_hash, rd_journal_flushed_hash(journal), RD_HASH_BYTES);
    rd_journal_close(journal);
}

static void note_plain(struct file *file, const struct rd_segment_header *header)
{
    struct rd_frame frame;
    size_t at = RD_SEGMENT_HEADER_BYTES;
    for (; rd_frame_check(file->bytes + at, file->len - at, header->key, &frame); at += frame.bytes)
        file->frames[file->frame_count++] =
            (struct frame_at){ frame.seq, (uint32_t)at, (uint32_t)at + frame.bytes };
    file->used = at + RD_SEGMENT_END_BYTES < file->len ? at + RD_SEGMENT_END_BYTES : file->len;
}

/* Of a packed one: each block, with its first entry. */
static void note_packed(struct file *file, int dir_fd, uint32_t number)
{
    struct rd_packed *packed;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_packed_open(dir_fd, number, &packed, &error), RD_OK);
    for (uint32_t i = 1; i < packed->count; i++) {
        struct rd_buf block;
        struct rd_frame frame;
        uint64_t to = i + 1 < packed->count ? packed->blocks[i + 1].at : packed->index_at;
        rd_buf_init(&block);
        ck_assert_int_eq(rd_packed_read(packed, i, &block, &error), RD_OK);
        rd_frame_parse((const unsigned char *)block.data, &frame);
        file->frames[file->frame_count++] =
            (struct frame_at){ frame.seq, (uint32_t)packed->blocks[i].at, (uint32_t)to };
        rd_buf_fini(&block);
    }
    file->used = file->len;
    rd_packed_close(packed);
}

static void note(uint32_t number, bool packed)
{
    struct file *file = &files[file_count];
    struct rd_segment_header header;
    struct rd_buf content;
    struct rd_error error = RD_ERROR_NONE;
    struct stat stat_of;
    int dir_fd = open(journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *file = (struct file){ .packed = packed };
    rd_segment_name(file->name, number, packed);
    ck_assert_int_eq(stat(path_of(file->name), &stat_of), 0);
    file->len = (size_t)stat_of.st_size;
    file->bytes = malloc(file->len);
    int fd = open(path_of(file->name), O_RDONLY | O_CLOEXEC);
    ck_assert(rd_segment_pread(fd, file->bytes, file->len, 0));
    close(fd);
    rd_buf_init(&content);
    ck_assert_int_eq(rd_segment_load(dir_fd, number, &content, &packed, &error), RD_OK);
    ck_assert(rd_segment_header_read((const unsigned char *)content.data, &header));
    rd_buf_fini(&content);
    file->first_seq = header.first_seq;
    if (file->packed)
        note_packed(file, dir_fd, number);
    else
        note_plain(file, &header);
    close(dir_fd);
    file_count++;
}

static void setup(void)
{
    unit_dir_make(dir);
    snprintf(journal_dir, sizeof journal_dir, "%s/journal", dir);
    seed = 20261123;
    file_count = 0;
    make_journal();
    for (uint32_t number = 1; number < FILES_MAX; number++) {
        char name[RD_SEGMENT_NAME_MAX];
        rd_segment_name(name, number, true);
        bool packed = access(path_of(name), F_OK) == 0;
        rd_segment_name(name, number, packed);
        if (access(path_of(name), F_OK) != 0)
            break;
        note(number, packed);
    }
    ck_assert_uint_ge(file_count, 6);
    ck_assert(files[0].packed && !files[file_count - 1].packed && !files[file_count - 2].packed);
}

static void teardown(void)
{
    for (size_t i = 0; i < file_count; i++)
        free(files[i].bytes);
    unit_dir_remove(dir);
}

/* ---- the proof ---- */

static enum rd_status prove(struct rd_journal_verdict *verdict, struct rd_error *error)
{
    struct rd_journal_known known = { .seq = ENTRIES, .who = "the test" };
    struct rd_journal_proof proof = {
        .dir = journal_dir, .still = true, .known = &known, .known_count = 1
    };
    memcpy(known.hash, last_hash, RD_HASH_BYTES);
    *error = RD_ERROR_NONE;
    return rd_journal_prove(&proof, verdict, error);
}

static void check_whole(void)
{
    struct rd_journal_verdict verdict;
    struct rd_error error;
    ck_assert_msg(prove(&verdict, &error) == RD_OK, "%s", error.text);
    ck_assert_uint_eq(verdict.entries, ENTRIES);
    ck_assert_mem_eq(verdict.hash, last_hash, RD_HASH_BYTES);
}

/* Something is found, at this entry; in this file, at this offset, where they are given. */
static void check_found(const char *what, uint64_t seq, const char *name, int64_t offset)
{
    struct rd_journal_verdict verdict;
    struct rd_error error;
    enum rd_status status = prove(&verdict, &error);
    ck_assert_msg(status == RD_CHECK_FAILED, "%s is not found (%s)", what, error.text);
    ck_assert_msg(verdict.bad_seq == seq, "%s: at entry %llu, not %llu: %s", what,
                  (unsigned long long)verdict.bad_seq, (unsigned long long)seq, verdict.bad_place);
    ck_assert_uint_eq(verdict.entries, seq - 1); /* what is before it holds */
    char place[96];
    snprintf(place, sizeof place, "%s: offset ", name ? name : "");
    if (offset >= 0)
        snprintf(place, sizeof place, "%s: offset %lld:", name, (long long)offset);
    ck_assert_msg(!name || strncmp(verdict.bad_place, place, strlen(place)) == 0,
                  "%s: said to be at %s, not at %s", what, verdict.bad_place, place);
}

/* ---- what may happen to the files ---- */

static struct file *draw_plain(void)
{
    struct file *file;
    do
        file = &files[draw(file_count)];
    while (file->packed || file->frame_count < 3);
    return file;
}

static void flip(void)
{
    const struct file *file = &files[draw(file_count)];
    size_t at = (size_t)draw(file->used);
    const struct frame_at *in = NULL;
    unsigned char bit = (unsigned char)(1u << draw(8));
    char what[96];
    for (size_t i = 0; i < file->frame_count && !in; i++)
        in = at >= file->frames[i].from && at < file->frames[i].to ? &file->frames[i] : NULL;
    snprintf(what, sizeof what, "%s: a bit at %zu", file->name, at);
    uint64_t seq = in ? in->seq : file->first_seq;
    if (!in && !file->packed && at >= RD_SEGMENT_HEADER_BYTES)
        seq = file->frames[file->frame_count - 1].seq + 1; /* in the zeros behind the last one */
    file->bytes[at] ^= bit;
    restore(file);
    check_found(what, seq, file->name, in ? (int64_t)in->from : -1);
    file->bytes[at] ^= bit;
    restore(file);
}

static void write_damaged(const struct file *file, const unsigned char *bytes, size_t len)
{
    ck_assert_uint_le(len, file->len);
    unsigned char *whole = calloc(1, file->len);
    memcpy(whole, bytes, len);
    put(file->name, whole, file->len);
    free(whole);
}

static void remove_entry(void)
{
    const struct file *file = draw_plain();
    const struct frame_at *gone = &file->frames[draw(file->frame_count)];
    size_t end = file->frames[file->frame_count - 1].to;
    unsigned char *bytes = malloc(file->len);
    memcpy(bytes, file->bytes, gone->from);
    memcpy(bytes + gone->from, file->bytes + gone->to, end - gone->to);
    write_damaged(file, bytes, end - (gone->to - gone->from));
    check_found("an entry taken away", gone->seq, NULL, -1);
    free(bytes);
    restore(file);
}

static void swap_entries(void)
{
    const struct file *file = draw_plain();
    size_t i = (size_t)draw(file->frame_count - 1);
    size_t j = i + 1 + (size_t)draw(file->frame_count - 1 - i);
    const struct frame_at *a = &file->frames[i], *b = &file->frames[j];
    size_t end = file->frames[file->frame_count - 1].to, at = a->from;
    unsigned char *bytes = malloc(file->len);
    memcpy(bytes, file->bytes, end);
    memcpy(bytes + at, file->bytes + b->from, b->to - b->from);
    at += b->to - b->from;
    memcpy(bytes + at, file->bytes + a->to, b->from - a->to);
    at += b->from - a->to;
    memcpy(bytes + at, file->bytes + a->from, a->to - a->from);
    write_damaged(file, bytes, end);
    check_found("two entries swapped", a->seq, file->name, a->from);
    free(bytes);
    restore(file);
}

static void repeat_entry(void)
{
    const struct file *file = draw_plain();
    const struct frame_at *twice = &file->frames[draw(file->frame_count)];
    size_t end = file->frames[file->frame_count - 1].to, len = twice->to - twice->from;
    unsigned char *bytes = malloc(file->len + len);
    memcpy(bytes, file->bytes, twice->to);
    memcpy(bytes + twice->to, file->bytes + twice->from, len);
    memcpy(bytes + twice->to + len, file->bytes + twice->to, end - twice->to);
    if (end + len + RD_SEGMENT_END_BYTES <= file->len) {
        write_damaged(file, bytes, end + len);
        check_found("an entry repeated", twice->seq + 1, file->name, twice->to);
    }
    free(bytes);
    restore(file);
}

static void cut_file(void)
{
    const struct file *file = &files[draw(file_count)];
    size_t len = (size_t)draw(file->len);
    uint64_t seq = file->first_seq;
    if (!file->packed && len >= RD_SEGMENT_HEADER_BYTES) {
        seq = file->frames[file->frame_count - 1].seq + 1;
        for (size_t i = file->frame_count; i-- > 0;)
            if (len < file->frames[i].to)
                seq = file->frames[i].seq;
    }
    put(file->name, file->bytes, len);
    check_found("a file cut off", seq,
                file->packed || len < RD_SEGMENT_HEADER_BYTES ? NULL : file->name, -1);
    restore(file);
}

/* The end of the newest segment as it was some entries ago: no chain can tell. */
static void turn_back(void)
{
    const struct file *file = &files[file_count - 1];
    const struct frame_at *first_gone = &file->frames[draw(file->frame_count)];
    write_damaged(file, file->bytes, first_gone->from);
    check_found("an earlier end", first_gone->seq, NULL, -1);
    restore(file);
}

static void lose_file(void)
{
    const struct file *file = &files[draw(file_count)];
    ck_assert_int_eq(unlink(path_of(file->name)), 0);
    check_found("a file lost", file->first_seq, NULL, -1);
    restore(file);
}

static void exchange_files(void)
{
    size_t i = (size_t)draw(file_count), j = (size_t)draw(file_count);
    if (i == j || files[i].packed != files[j].packed)
        return;
    put(files[i].name, files[j].bytes, files[j].len);
    put(files[j].name, files[i].bytes, files[i].len);
    check_found("two files exchanged", files[i < j ? i : j].first_seq, files[i < j ? i : j].name,
                -1);
    restore(&files[i]);
    restore(&files[j]);
}

START_TEST(every_flipped_byte_is_found_and_located)
{
    check_whole();
    for (int i = 0; i < (unit_is_long() ? 10000 : 400); i++)
        flip();
    check_whole();
}
END_TEST

START_TEST(every_other_damage_is_found_and_located)
{
    static void (*const damages[])(void) = { remove_entry, swap_entries, repeat_entry,  cut_file,
                                             turn_back,    lose_file,    exchange_files };
    size_t kinds = sizeof damages / sizeof damages[0];
    for (size_t i = 0; i < (unit_is_long() ? 10000 : 280); i++)
        damages[i % kinds]();
    check_whole();
}
END_TEST

/* Somebody knows the format, changes an entry, and makes checksums and chain fit again to the last
 * one: only what is known from elsewhere tells. */
START_TEST(a_chain_made_anew_does_not_fit_what_is_known)
{
    struct file *file = &files[file_count - 1];
    struct rd_segment_header header;
    struct rd_journal_verdict verdict;
    struct rd_error error = RD_ERROR_NONE;
    unsigned char hash[RD_HASH_BYTES];
    ck_assert(rd_segment_header_read(file->bytes, &header));
    memcpy(hash, header.prev_hash, RD_HASH_BYTES);
    file->bytes[file->frames[0].from + RD_FRAME_HEADER_BYTES] ^= 1;
    for (size_t i = 0; i < file->frame_count; i++)
        (void)rd_frame_finish(file->bytes + file->frames[i].from, header.key, header.first_seq - 1,
                              hash);
    restore(file);
    ck_assert_int_eq(rd_journal_verify(journal_dir, NULL, NULL, &verdict, &error), RD_OK);
    check_found("a chain made anew", ENTRIES, file->name, file->frames[file->frame_count - 1].from);
}
END_TEST

static enum rd_status count_entry(void *context, const struct rd_entry *entry,
                                  struct rd_error *error)
{
    uint64_t *last = context;
    ck_assert_uint_eq(entry->seq, *last + 1);
    *last = entry->seq;
    if (entry->seq == ENTRIES)
        ck_assert_mem_eq(entry->hash, last_hash, RD_HASH_BYTES);
    (void)error;
    return RD_OK;
}

START_TEST(entries_are_handed_out_in_order_once_they_are_proven)
{
    struct rd_journal_verdict verdict;
    struct rd_error error = RD_ERROR_NONE;
    uint64_t last = 0;
    struct rd_journal_proof proof = { .dir = journal_dir, .entry = count_entry, .context = &last };
    ck_assert_int_eq(rd_journal_prove(&proof, &verdict, &error), RD_OK);
    ck_assert_uint_eq(last, ENTRIES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit");
    TCase *tests = tcase_create("audit");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, unit_is_long() ? 800 : 60);
    tcase_add_test(tests, every_flipped_byte_is_found_and_located);
    tcase_add_test(tests, every_other_damage_is_found_and_located);
    tcase_add_test(tests, a_chain_made_anew_does_not_fit_what_is_known);
    tcase_add_test(tests, entries_are_handed_out_in_order_once_they_are_proven);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
