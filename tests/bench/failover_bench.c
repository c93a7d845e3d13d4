/* What a fail-over costs: clients that write without a pause, a standby behind the server, the
 * server killed (kill -9) in the middle, the standby promoted. Says how many acknowledged records
 * are lost (the recovery point) and how long it takes from the kill to the first write that is
 * accepted again (the recovery time).
 *
 *   failover_bench [files|gone] [SECONDS] [CLIENTS]
 *
 * files: the server's directory is left, and its journal is read to the end; gone: it is gone, and
 * the promotion is forced. Starts `$REDRESS_BIN` with the policy of the working directory.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/dirs.h"
#include "common/t.h"

#define CLIENTS_MAX 64

struct writer {
    pthread_t thread;
    const char *address;
    atomic_bool *stop;
    char (*ids)[24];
    size_t count, cap;
};

static struct t_daemon *one, *two;
static bool gone;
static int seconds = 4, client_count = 4;

/* One record after the other, until the server is gone. */
static void *write_on(void *context)
{
    struct writer *writer = context;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_client *client;
    struct rd_arena arena;
    rd_arena_init(&arena);
    if (rd_client_open(writer->address, &client, &error) != RD_OK)
        return NULL;
    for (enum rd_status status = RD_OK; status == RD_OK && !atomic_load(writer->stop);) {
        struct rd_value params = rd_map(), set = rd_map(), result;
        rd_arena_reset(&arena);
        rd_map_add(&arena, &set, "name", rd_text("Somebody"));
        rd_map_add(&arena, &params, "type", rd_text("customer"));
        rd_map_add(&arena, &params, "data", set);
        status = rd_client_call(client, &arena, "record.create", &params, &result, &error);
        if (status != RD_OK)
            break;
        if (writer->count == writer->cap) {
            writer->cap = writer->cap ? 2 * writer->cap : 4096;
            writer->ids = realloc(writer->ids, writer->cap * sizeof *writer->ids);
            RD_ASSERT(writer->ids);
        }
        snprintf(writer->ids[writer->count++], sizeof *writer->ids, "%s",
                 rd_map_text(&result, "id", ""));
    }
    rd_client_close(client);
    rd_arena_fini(&arena);
    return NULL;
}

static void nap_ms(long ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    nanosleep(&pause, NULL);
}

/* `two` follows `one`, from a backup. */
static void follow(void)
{
    const char *output, *backup = rd_arena_printf(&two->arena, "%s/backup", two->dir);
    const char *data = rd_arena_printf(&two->arena, "%s/data", two->dir);
    t_daemon_stop(two);
    rd_dirs_remove(data);
    t_call(one, "backup.create", "{'to': '%s'}", backup);
    ck_assert_int_eq(
        t_program(two, (const char *[]){ "backup", "restore", backup, data, NULL }, &output), 0);
    two->options.extra[0] = "--follow";
    two->options.extra[1] = gone ? one->address : rd_arena_printf(&one->arena, "%s/data", one->dir);
    t_daemon_again(two);
}

static void promote(void)
{
    const char *output;
    const char *args[] = { "standby", "promote", "--connect", two->address, gone ? "--force" : NULL,
                           NULL };
    int code = t_program(two, args, &output);
    ck_assert_msg(code == 0, "%s", output);
}

static size_t lost_of(const struct writer *writer)
{
    size_t lost = 0;
    for (size_t i = 0; i < writer->count; i++) {
        struct rd_value params = rd_map(), result;
        struct rd_error error = RD_ERROR_NONE;
        struct rd_arena arena;
        rd_arena_init(&arena);
        rd_map_add(&arena, &params, "id", rd_text(writer->ids[i]));
        lost += rd_client_call(two->client, &arena, "case.get", &params, &result, &error) != RD_OK;
        rd_arena_fini(&arena);
    }
    return lost;
}

START_TEST(failover)
{
    struct writer writers[CLIENTS_MAX] = { { .count = 0 } };
    atomic_bool stop = false;
    size_t acknowledged = 0, lost = 0;
    one = t_daemon_start(&(struct t_options){ .clock_real = true });
    two = t_daemon_start(&(struct t_options){ .clock_real = true });
    follow();
    for (int i = 0; i < client_count; i++) {
        writers[i] = (struct writer){ .address = one->address, .stop = &stop };
        ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, write_on, &writers[i]), 0);
    }
    nap_ms(1000l * seconds);
    int64_t began_ns = rd_clock_mono_ns();
    t_daemon_kill(one);
    if (gone)
        rd_dirs_remove(rd_arena_printf(&one->arena, "%s/data", one->dir));
    promote();
    t_call(two, "record.create", "{'type': 'customer', 'data': {'name': 'First'}}");
    int64_t took_ns = rd_clock_mono_ns() - began_ns;
    atomic_store(&stop, true);
    for (int i = 0; i < client_count; i++) {
        pthread_join(writers[i].thread, NULL);
        acknowledged += writers[i].count;
        lost += lost_of(&writers[i]);
        free(writers[i].ids);
    }
    printf("left of the first  %s\nacknowledged       %zu in %d s by %d clients\n"
           "of them lost       %zu (the last %.3f s)\n"
           "first write again  %.3f s behind the kill\n",
           gone ? "nothing (--force)" : "its files", acknowledged, seconds, client_count, lost,
           acknowledged ? (double)lost * seconds / (double)acknowledged : 0.0,
           (double)took_ns / 1e9);
    t_daemon_free(two);
    t_daemon_free(one);
    ck_assert_msg(gone || lost == 0, "%zu acknowledged records are lost", lost);
}
END_TEST

int main(int argc, char **argv)
{
    gone = argc > 1 && strcmp(argv[1], "gone") == 0;
    seconds = argc > 2 ? atoi(argv[2]) : seconds;
    client_count = argc > 3 ? atoi(argv[3]) : client_count;
    if (client_count < 1 || client_count > CLIENTS_MAX || seconds < 1 || seconds > 600) {
        fprintf(stderr, "usage: failover_bench [files|gone] [SECONDS] [CLIENTS (1 to %d)]\n",
                CLIENTS_MAX);
        return 2;
    }
    Suite *suite = suite_create("failover");
    TCase *tcase = tcase_create("failover");
    tcase_set_timeout(tcase, 900);
    tcase_add_test(tcase, failover);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
