/* What a command costs against how much there is: open cases, rows of a decision table, events of a
 * case. In process, over a small company of its own.
 * Usage: scale_bench DIR [cases|rules|history] [largest size]. DIR must exist; what is made in it
 * is left for looking at. Lines: what,size,operation,us,ratio. `us` is the processor's time of the
 * kernel's thread for a command, without the disk's; the least of several rounds. `ratio` is to the
 * smallest size. One line an operation and size; ready for a spreadsheet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/json.h"
#include "base/limits.h"
#include "cli/bench.h"
#include "kernel/kernel.h"

#define SCALE_BATCH 64
#define SCALE_ROUNDS 8 /* of each measurement: the quickest counts */
#define SCALE_ROUND_BATCHES 4
#define SCALE_HANDLERS 20
#define SCALE_OPERATIONS_MAX 8

struct scale {
    const char *dir, *what;
    struct rd_kernel *kernel;
    struct rd_arena arena; /* of a batch */
    struct rd_arena kept;
    uint64_t opened; /* tickets so far */
    uint64_t size;
    size_t batch;                       /* requests in one; a page of history is large */
    double first[SCALE_OPERATIONS_MAX]; /* microseconds at the smallest size */
    const char *names[SCALE_OPERATIONS_MAX];
    struct rd_error error;
};

static const char POLICY_HEAD[] =
    "local rows = {}\n"
    "for i = 1, %llu do rows[i] = { id = 'r' .. i, kind = i, route = 'route ' .. i } end\n"
    "local people = {}\n"
    "for i = 1, %d do people[i] = { 'h' .. i, unit = 'desk', roles = { 'handler' } } end\n";

static const char POLICY[] =
    "return {\n"
    "  company { name = 'scale', zone = 'Asia/Shanghai', currency = 'CNY' },\n"
    "  calendar 'office' { week = { { days = 'Monday..Friday', hours = { '09:00-18:00' } } } },\n"
    "  organisation { roles = { 'handler' }, units = { 'hq', { 'desk', under = 'hq' } },\n"
    "    accounts = people },\n"
    "  record 'client' { fields = { name = text { indexed = true } } },\n"
    "  record 'ticket' { number = 'T-{year}-{000000}', owner = 'owner', unit = 'unit', fields = {\n"
    "    subject = text { required = true }, kind = integer { indexed = true }, owner = account {\n"
    "      indexed = true }, unit = unit, client = reference 'client' { indexed = true },\n"
    "    note = text, went = text, seen = integer } },\n"
    "  decision 'route' { title = 'Where it goes', owner = 'bench', input = { kind = integer },\n"
    "    output = { route = text }, hit = 'unique', rows = rows, otherwise = { route = 'none' } "
    "},\n"
    "  form 'opening' { of = 'ticket', fields = { 'subject', 'kind', 'client' },\n"
    "    required = { 'subject' } },\n"
    "  form 'note' { of = 'ticket', fields = { 'note' } },\n"
    "  workflow 'ticket' { version = 1, initial = 'new', clock = 'office',\n"
    "    open = { event = 'open', form = 'opening', run = { 'hand' } },\n"
    "    within = { '30 business days', escalate = true },\n"
    "    facts = { next = pick { role = 'handler', unit = 'unit', least = 'ticket' },\n"
    "      alike = count 'ticket' { same = { 'client' }, in_last = '24 hours' },\n"
    "      route = decide 'route' {} },\n"
    "    states = { new = { on = { note = { form = 'note' }, route = { run = 'route' },\n"
    "        hand = { run = 'hand' }, close = 'closed' },\n"
    "        after = { '10 business days', escalate = true } },\n"
    "      closed = { final = true } },\n"
    "    actions = {\n"
    "      hand = function(f) return set { owner = f.next or f.actor.account,\n"
    "        unit = f.actor.unit } end,\n"
    "      route = function(f) return set { went = f.route, seen = f.alike } end } },\n"
    "  authority { { { 'client.create', 'ticket.open', 'ticket.note', 'ticket.hand',\n"
    "    'ticket.route', 'ticket.close', 'ticket.read' }, from = 'handler' } },\n"
    "}\n";

static void die(const struct scale *scale, const char *what)
{
    fprintf(stderr, "%s: %s\n", what, scale->error.text);
    exit(1);
}

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void policy_write(const struct scale *scale, uint64_t rows)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/policy", scale->dir);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/policy/rules", scale->dir);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/policy/rules/scale.lua", scale->dir);
    FILE *file = fopen(path, "w");
    if (!file)
        die(scale, path);
    fprintf(file, POLICY_HEAD, (unsigned long long)rows, SCALE_HANDLERS);
    fputs(POLICY, file);
    fclose(file);
}

/* Opens the store `name`; the processor's time of that. */
static double kernel_open(struct scale *scale, const char *name)
{
    struct rd_findings findings;
    struct rd_kernel_start start;
    struct rd_kernel_options options = {
        .data_dir = rd_arena_printf(&scale->kept, "%s/%s", scale->dir, name),
        .policy_dir = rd_arena_printf(&scale->kept, "%s/policy", scale->dir),
    };
    rd_findings_init(&findings, &scale->kept);
    double from_us = cpu_us();
    enum rd_status status =
        rd_kernel_open(&options, &findings, &scale->kernel, &start, &scale->error);
    double took_us = cpu_us() - from_us;
    if (status != RD_OK) {
        fprintf(stderr, "%s\n", findings.first ? findings.first->text : "");
        die(scale, name);
    }
    return took_us;
}

/* Runs `count` (at most a batch) requests; `params` is JSON in which %llu is from[i]. The
 * processor's time of all. */
static double run(struct scale *scale, const char *method, const char *params, const uint64_t *from,
                  size_t count)
{
    struct rd_request requests[SCALE_BATCH];
    struct rd_value given[SCALE_BATCH];
    for (size_t i = 0; i < count; i++) {
        char text[256];
        int len = snprintf(text, sizeof text, params, (unsigned long long)from[i],
                           (unsigned long long)from[i]);
        if (rd_json_parse(&scale->arena, text, (size_t)len, RD_MESSAGE_DEPTH_MAX, &given[i],
                          &scale->error) != RD_OK)
            die(scale, text);
        requests[i] = (struct rd_request){ .arena = &scale->arena,
                                           .method = method,
                                           .params = &given[i],
                                           .peer = { .door = RD_DOOR_INSIDE } };
        rd_map_set(&scale->arena, &given[i], "as", rd_text("h1"));
    }
    double from_us = cpu_us();
    enum rd_status status = rd_bench_batch(scale->kernel, requests, count, &scale->error);
    double took_us = cpu_us() - from_us;
    if (status != RD_OK)
        die(scale, method);
    rd_arena_reset(&scale->arena);
    return took_us;
}

static void tell(struct scale *scale, const char *operation, double us)
{
    size_t at = 0;
    while (scale->names[at] && strcmp(scale->names[at], operation) != 0)
        at++;
    RD_ASSERT(at < SCALE_OPERATIONS_MAX);
    if (!scale->names[at]) {
        scale->names[at] = operation;
        scale->first[at] = us;
    }
    printf("%s,%llu,%s,%.2f,%.2f\n", scale->what, (unsigned long long)scale->size, operation, us,
           us / scale->first[at]);
    fflush(stdout);
}

/* The n-th of the tickets that are asked for: spread over all there are. */
static uint64_t spread(const struct scale *scale, uint64_t n)
{
    return 1 + n * UINT64_C(0x9E3779B97F4A7C15) % scale->opened;
}

/* `only`: always this number; 0: spread. */
static void measure(struct scale *scale, const char *operation, const char *method,
                    const char *params, uint64_t only)
{
    double least = 0;
    uint64_t n = 0;
    for (int round = 0; round < SCALE_ROUNDS; round++) {
        double us = 0;
        for (int batch = 0; batch < SCALE_ROUND_BATCHES; batch++) {
            uint64_t numbers[SCALE_BATCH];
            for (size_t i = 0; i < scale->batch; i++)
                numbers[i] = only ? only : spread(scale, n++);
            us += run(scale, method, params, numbers, scale->batch);
        }
        least = round == 0 || us < least ? us : least;
    }
    tell(scale, operation, least / (double)(scale->batch * SCALE_ROUND_BATCHES));
}

#define OPEN_PARAMS "{\"type\":\"ticket\",\"data\":{\"subject\":\"s %llu\",\"kind\":%llu}}"
#define NOTE_PARAMS "{\"id\":\"2-%llu\",\"event\":\"note\",\"form\":{\"note\":\"n %llu\"}}"
#define ID_PARAMS "{\"id\":\"2-%llu\"}"

static void clients_make(struct scale *scale)
{
    const uint64_t one = 1;
    run(scale, "record.create", "{\"type\":\"client\",\"data\":{\"name\":\"c %llu\"}}", &one, 1);
}

static void tickets_open(struct scale *scale, uint64_t upto)
{
    while (scale->opened < upto) {
        uint64_t numbers[SCALE_BATCH];
        size_t count = 0;
        while (count < SCALE_BATCH && scale->opened + count < upto) {
            numbers[count] = scale->opened + count + 1;
            count++;
        }
        run(scale, "case.open", OPEN_PARAMS, numbers, count);
        scale->opened += count;
    }
}

static void commands(struct scale *scale)
{
    measure(scale, "case.open", "case.open", OPEN_PARAMS, 0);
    scale->opened += (uint64_t)SCALE_BATCH * SCALE_ROUND_BATCHES * SCALE_ROUNDS;
    measure(scale, "case.act note", "case.act", NOTE_PARAMS, 0);
    measure(scale, "case.act pick", "case.act", "{\"id\":\"2-%llu\",\"event\":\"hand\"}", 0);
    measure(scale, "case.act decide", "case.act", "{\"id\":\"2-%llu\",\"event\":\"route\"}", 0);
    measure(scale, "case.get", "case.get", ID_PARAMS, 0);
    measure(scale, "case.list", "case.list",
            "{\"type\":\"ticket\",\"where\":{\"kind\":%llu},\"limit\":20}", 0);
}

static void reopened(struct scale *scale, const char *name)
{
    rd_kernel_close(scale->kernel);
    double open_us = kernel_open(scale, name);
    for (int i = 1; i < SCALE_ROUNDS; i++) {
        rd_kernel_close(scale->kernel);
        double us = kernel_open(scale, name);
        open_us = us < open_us ? us : open_us;
    }
    tell(scale, "start", open_us);
}

static void scale_cases(struct scale *scale, uint64_t largest)
{
    policy_write(scale, 100);
    kernel_open(scale, "cases");
    clients_make(scale);
    for (scale->size = 1000; scale->size <= largest; scale->size *= 10) {
        tickets_open(scale, scale->size);
        commands(scale);
        reopened(scale, "cases");
    }
    rd_kernel_close(scale->kernel);
}

static void scale_rules(struct scale *scale, uint64_t largest)
{
    for (scale->size = 10; scale->size <= largest; scale->size *= 10) {
        const char *name =
            rd_arena_printf(&scale->kept, "rules%llu", (unsigned long long)scale->size);
        policy_write(scale, scale->size);
        kernel_open(scale, name);
        scale->opened = 0;
        tickets_open(scale, 1000);
        measure(scale, "case.act note", "case.act", NOTE_PARAMS, 0);
        measure(scale, "case.act decide", "case.act", "{\"id\":\"2-%llu\",\"event\":\"route\"}", 0);
        reopened(scale, name);
        rd_kernel_close(scale->kernel);
    }
}

/* A ticket of its own for each size, so that what is measured on one does not make another long. */
static void scale_history(struct scale *scale, uint64_t largest)
{
    uint64_t ticket = 0;
    policy_write(scale, 100);
    kernel_open(scale, "history");
    for (scale->size = 1; scale->size <= largest; scale->size *= 10) {
        uint64_t same[SCALE_BATCH];
        tickets_open(scale, ++ticket);
        for (size_t i = 0; i < SCALE_BATCH; i++)
            same[i] = ticket;
        for (uint64_t events = 1; events < scale->size; events += SCALE_BATCH)
            run(scale, "case.act", NOTE_PARAMS, same,
                scale->size - events < SCALE_BATCH ? (size_t)(scale->size - events) : SCALE_BATCH);
        measure(scale, "case.get", "case.get", ID_PARAMS, ticket);
        scale->batch = 1;
        measure(scale, "case.history", "case.history", ID_PARAMS, ticket);
        scale->batch = SCALE_BATCH;
        measure(scale, "case.explain", "case.explain", ID_PARAMS, ticket);
        measure(scale, "case.act note", "case.act", NOTE_PARAMS, ticket);
    }
    rd_kernel_close(scale->kernel);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct scale *scale, uint64_t largest);
        uint64_t largest;
    } parts[] = {
        { "cases", scale_cases, 100000 },
        { "rules", scale_rules, 10000 },
        { "history", scale_history, 10000 },
    };
    if (argc < 2) {
        fprintf(stderr, "usage: scale_bench DIR [cases|rules|history] [largest size]\n");
        return 2;
    }
    printf("what,size,operation,us,ratio\n");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct scale scale = { .dir = argv[1], .what = parts[i].name, .batch = SCALE_BATCH };
        if (argc > 2 && strcmp(argv[2], parts[i].name) != 0)
            continue;
        rd_arena_init(&scale.arena);
        rd_arena_init(&scale.kept);
        parts[i].run(&scale, argc > 3 ? strtoull(argv[3], NULL, 10) : parts[i].largest);
        rd_arena_fini(&scale.arena);
        rd_arena_fini(&scale.kept);
    }
    return 0;
}
