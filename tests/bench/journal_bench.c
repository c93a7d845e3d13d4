/* How fast the journal is: entries a second in batches of 64, opening with a full last segment,
 * packing. Usage: journal_bench DIR [entries]. DIR must not exist; it is left for looking at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/journal.h"

#define BATCH 64
#define PAYLOAD 350

/* About what an entry is: names that repeat, numbers and texts that do not. */
static void payload_make(uint64_t seq, char out[PAYLOAD])
{
    uint64_t r = (seq + 1) * 0x9e3779b97f4a7c15u;
    r ^= r >> 29;
    int n = snprintf(out, PAYLOAD,
                     "{\"seq\":%llu,\"at\":%llu,\"actor\":\"a-%04llu\",\"record\":\"CP-2026-%"
                     "06llu\",\"version\":%llu,"
                     "\"command\":\"case.act\",\"event\":\"escalate\",\"facts\":{\"open_days\":%"
                     "llu,\"amount_minor\":%llu},"
                     "\"decisions\":[{\"table\":\"escalation\",\"rule\":\"r%llu\",\"line\":%llu}],"
                     "\"effects\":[{\"set\":\"state\",\"to\":\"review\"},{\"deadline\":\"reply\","
                     "\"due\":%llu}]}",
                     (unsigned long long)seq, 1767225600000ull + seq * 37,
                     (unsigned long long)(r % 400), (unsigned long long)(r >> 20) % 100000,
                     (unsigned long long)(r >> 8) % 20, (unsigned long long)(r >> 12) % 30,
                     (unsigned long long)(r >> 30) % 100000, (unsigned long long)(r >> 50) % 40,
                     (unsigned long long)(r >> 44) % 900, 1767225600000ull + (r >> 33));
    for (; n < PAYLOAD; n++) {
        r = r * 6364136223846793005u + 1442695040888963407u;
        out[n] = (char)(32 + (r >> 33) % 90);
    }
}

static void check(enum rd_status status, const struct rd_error *error)
{
    if (status != RD_OK) {
        fprintf(stderr, "%s\n", error->text);
        exit(1);
    }
}

static double since(int64_t from_ns)
{
    return (double)(rd_clock_mono_ns() - from_ns) / 1e9;
}

static double open_ms(const char *dir, struct rd_position known_good)
{
    struct rd_journal_options options = { .known_good = known_good };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal;
    int64_t from = rd_clock_mono_ns();
    check(rd_journal_open(dir, &options, &journal, NULL, &error), &error);
    double ms = 1e3 * since(from);
    rd_journal_close(journal);
    return ms;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s DIR [entries]\n", argv[0]);
        return 2;
    }
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 400000, seq = 0;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal_verdict verdict;
    struct rd_journal *journal;
    struct rd_position position = { 0 };
    char payload[PAYLOAD];
    check(rd_journal_open(argv[1], NULL, &journal, NULL, &error), &error);
    int64_t from = rd_clock_mono_ns();
    /* Ends with a newest segment that is nearly full. */
    for (uint64_t i = 0; i < count || (uint32_t)position.at < RD_SEGMENT_BYTES - 65536; i++) {
        payload_make(i, payload);
        check(rd_journal_append(journal, payload, PAYLOAD, &seq, &position, &error), &error);
        if (i % BATCH == BATCH - 1) {
            check(rd_journal_flush(journal, &error), &error);
        }
    }
    check(rd_journal_flush(journal, &error), &error);
    double seconds = since(from);
    printf("append+flush  %llu entries of %d bytes, batches of %d: %.0f a second\n",
           (unsigned long long)seq, PAYLOAD, BATCH, (double)seq / seconds);
    rd_journal_close(journal);
    printf("open          newest segment full: %.1f ms; with a known good place: %.1f ms\n",
           open_ms(argv[1], (struct rd_position){ 0 }), open_ms(argv[1], position));
    check(rd_journal_open(argv[1], NULL, &journal, NULL, &error), &error);
    uint64_t plain = rd_journal_disk_bytes(journal);
    double longest = 0;
    from = rd_clock_mono_ns();
    for (bool more = true; more;) {
        int64_t step = rd_clock_mono_ns();
        more = rd_journal_idle(journal);
        longest = since(step) > longest ? since(step) : longest;
    }
    seconds = since(from);
    uint64_t packed = rd_journal_disk_bytes(journal) - RD_SEGMENT_BYTES;
    plain -= RD_SEGMENT_BYTES;
    printf(
        "pack          %.1f MiB to %.1f MiB (%.2f : 1), %.0f MiB a second, longest step %.1f ms\n",
        (double)plain / 1048576, (double)packed / 1048576, (double)plain / (double)packed,
        (double)plain / 1048576 / seconds, 1e3 * longest);
    rd_journal_close(journal);
    from = rd_clock_mono_ns();
    check(rd_journal_verify(argv[1], NULL, NULL, &verdict, &error), &error);
    printf("verify        %llu entries: %.0f a second\n", (unsigned long long)verdict.entries,
           (double)verdict.entries / since(from));
    return 0;
}
